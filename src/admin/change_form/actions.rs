//! Actions on the change form, as in Django 6.1: they run on the form's row and do not save the
//! entered values.

use actix_web::HttpResponse;

use super::request::ChangeFormRequest;
use crate::admin::options::Action;
use crate::admin::run_action::{Location, Run, offered};
use crate::admin::{AdminRequest, RegisteredModel};
use crate::auth::kept_forms::KeptForm;
use crate::error::{Error, Result};
use crate::http::{PostData, full_path, redirect};
use crate::messages::Level;
use crate::models::Record;

/// Buttons that save the form, whatever else it sends.
const SAVES: [&str; 4] = ["_save", "_continue", "_addanother", "_saveasnew"];

/// Returns the confirmation page of an action whose confirmation was refused because of a login. Nothing
/// is run. Returns `None` if `kept` does not confirm an action.
pub(super) async fn confirm_again(
    request: &AdminRequest,
    registered: &'static RegisteredModel,
    part: &str,
    kept: &KeptForm,
) -> Result<Option<HttpResponse>> {
    let name = kept.post.get(Location::ChangeForm.field());
    let is_offered = offered(request, registered, Location::ChangeForm)
        .iter()
        .any(|action| action.name == name && action.confirm);
    if !is_offered || kept.post.get("post").is_empty() {
        return Ok(None);
    }

    kept.ask_again(&request.messages, "changed");
    run(request, registered, part, &kept.unconfirmed()).await
}

/// Runs the action that `data` requests on the row `part`. Returns `None` if the form is to be
/// saved instead.
pub(super) async fn run(
    request: &AdminRequest,
    registered: &'static RegisteredModel,
    part: &str,
    data: &PostData,
) -> Result<Option<HttpResponse>> {
    let field = Location::ChangeForm.field();
    if data.fields.get(field).is_none()
        || SAVES.iter().any(|button| data.fields.get(button).is_some())
    {
        return Ok(None);
    }
    let offered = offered(request, registered, Location::ChangeForm);
    if offered.is_empty() {
        return Ok(None);
    }

    let record = request
        .object(registered, part)
        .await?
        .map(|(record, _)| record);
    request.must(registered, "view", record.as_ref())?;
    let (Some(record), Some(rows)) = (record, request.row(registered, part)) else {
        return Ok(Some(request.missing(registered, part)));
    };
    let selected: Vec<&str> = data.fields.get_list("_selected_action").collect();
    if selected != [record.pk().to_string()] {
        return Err(Error::BadRequest(
            "an action on a form runs on the row of the form and on no other".to_owned(),
        ));
    }

    let back_url = full_path(&request.http);
    let name = data.get(field);
    let Some(action) = offered.into_iter().find(|action| action.name == name) else {
        request.messages.add(Level::WARNING, "No action selected.");
        return Ok(Some(redirect(&back_url)));
    };
    let is_confirmed = !data.get("post").is_empty();
    let run = Run {
        request,
        registered,
        action,
        location: Location::ChangeForm,
        rows,
        count: 1,
        across: false,
        back_url: back_url.clone(),
        list_url: request.list_url(registered),
    };
    let page = run.answer(is_confirmed).await?;
    Ok(Some(page.unwrap_or_else(|| redirect(&back_url))))
}

impl ChangeFormRequest {
    /// Returns name and label of each action that the user may run on `record` from its form.
    pub(super) fn actions(&self, record: Option<&Record>) -> Vec<(&'static str, String)> {
        if record.is_none() || self.is_popup {
            return Vec::new();
        }
        let may = |action: &&Action| {
            action
                .required_permissions()
                .iter()
                .any(|needed| self.may(needed, record))
        };
        let here = self
            .registered
            .options
            .actions
            .iter()
            .filter(|action| action.is_at(Location::ChangeForm))
            .filter(may);
        here.map(|action| (action.name, action.form_label(self.model())))
            .collect()
    }
}
