//! The fields of a form for any row, with their controls, for the page that changes many rows at once.

use actix_web::web;

use super::outcome::Outcome;
use super::request::ChangeFormRequest;
use super::shown::ShownField;
use crate::admin::{Actor, AdminSite, RegisteredModel};
use crate::db::Conn;
use crate::error::Result;
use crate::forms::model::{Posted, Typed};
use crate::http::{PostData, QueryDict};
use crate::settings::Settings;

/// A form without a row.
pub(in crate::admin) struct RowlessForm {
    pub(in crate::admin) registered: &'static RegisteredModel,
    pub(in crate::admin) site: &'static AdminSite,
    pub(in crate::admin) actor: Actor,
    pub(in crate::admin) settings: web::Data<Settings>,
}

impl RowlessForm {
    /// Returns the fields called `names` with their controls: empty, or with what was sent, and with these errors by name.
    pub(in crate::admin) fn fields(
        self,
        conn: &mut Conn,
        names: &[&'static str],
        post: Option<&PostData>,
        errors: &[(String, Vec<String>)],
    ) -> Result<Vec<ShownField>> {
        let zone = self.settings.time_zone;
        let request = ChangeFormRequest {
            registered: self.registered,
            site: self.site,
            actor: self.actor,
            settings: self.settings,
            query: QueryDict::default(),
            part: None,
            post: None,
            is_kept: false,
            is_popup: true,
            to_field: None,
        };
        let mut change_form = request.new_form(conn, None, true)?;
        let form = &mut change_form.form;
        match post {
            Some(post) => form.bind(&Posted::new(post), zone),
            // The defaults of a new row mean nothing here.
            None => {
                for bound in &mut form.fields {
                    bound.typed = Typed(Vec::new());
                    bound.shown = bound.typed.clone();
                }
            }
        }
        form.errors.clear();
        for bound in &mut form.fields {
            let known = errors.iter().find(|(name, _)| name == bound.field.name());
            bound.errors = known.map(|(_, errors)| errors.clone()).unwrap_or_default();
        }

        let Outcome::Page(content) = request.show(conn, &change_form, true)? else {
            return Ok(Vec::new());
        };
        let fields = content
            .groups
            .into_iter()
            .flat_map(|group| group.lines)
            .flatten();
        let mut fields: Vec<ShownField> = fields
            .filter(|field| field.widget.is_some() && names.contains(&field.name.as_str()))
            .collect();
        for field in &mut fields {
            // The window of another model would leave this page.
            if let Some(widget) = &mut field.widget {
                widget.links.clear();
                widget.picker = None;
                widget.control.required = false;
            }
        }
        Ok(fields)
    }
}
