//! Runs actions, for the list and the change form.

use actix_web::{HttpResponse, Responder as _};
use askama::Template;

use super::frame::{Crumb, Frame};
use super::options::{Action, ActionRequest, ActionResult};
use super::{AdminRequest, RegisteredModel};
use crate::db::{Conn, Value};
use crate::error::{Error, Result};
use crate::forms::model::Violation;
use crate::forms::submissions::new_id;
use crate::http::{field_count, render};
use crate::models::Query;
use crate::records::history::Watch;

/// The largest number of rows that a confirmation page sends by primary key; for more, the list's
/// own query is repeated. A form may have 1000 fields.
const NAMED: i64 = 900;

/// The largest number of rows that a confirmation page shows.
const SHOWN: i64 = 100;

/// The largest number of rows that are compared before and after an action, whatever it does. Actions on more rows record
/// what they do with [`ActionRequest::update`] and [`ActionRequest::each_chunk`].
const WATCHED: i64 = 1000;

/// The page from which an action is run (Django's `ActionLocation`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Location {
    ChangeList,
    ChangeForm,
}

impl Location {
    /// The name of the field that holds the action: Django prefixes it on the change form.
    pub(super) fn field(self) -> &'static str {
        match self {
            Self::ChangeList => "action",
            Self::ChangeForm => "CHANGE_FORM-action",
        }
    }
}

/// Returns the model's own actions that the user may run from `location`. Pop-up windows have none.
pub(super) fn offered(
    request: &AdminRequest,
    registered: &'static RegisteredModel,
    location: Location,
) -> Vec<Action> {
    if request.is_popup() {
        return Vec::new();
    }
    let may = |action: &Action| {
        action
            .required_permissions()
            .iter()
            .any(|needed| request.may(registered, needed, None))
    };
    let here = registered
        .options
        .actions
        .iter()
        .filter(|action| action.is_at(location));
    here.filter(|action| may(action)).copied().collect()
}

#[derive(Template)]
#[template(path = "admin/action_confirmation.html")]
struct ActionConfirmation {
    frame: Frame,
    /// `2 products`
    counted: String,
    names: Vec<String>,
    more: i64,
    again: Again,
}

/// The hidden fields of a confirmation page.
pub(super) struct Again {
    pub(super) field: &'static str,
    pub(super) action: &'static str,
    /// The rows by primary key.
    pub(super) pks: Vec<String>,
    /// The number of rows, if all pages of a list were chosen.
    pub(super) across: Option<i64>,
    pub(super) back_url: String,
    /// The signed number of the form's fields, if there are many.
    pub(super) field_count: Option<String>,
    /// The submission id, with which the confirmation comes again if the session ends meanwhile.
    pub(super) submission: String,
}

/// An action that was chosen, and its rows.
pub(super) struct Run<'a> {
    pub(super) request: &'a AdminRequest,
    pub(super) registered: &'static RegisteredModel,
    pub(super) action: Action,
    pub(super) location: Location,
    pub(super) rows: Query,
    pub(super) count: i64,
    /// Whether all pages of the list were selected.
    pub(super) across: bool,
    /// The page from which the action was chosen.
    pub(super) back_url: String,
    /// The URL of the list in the breadcrumbs.
    pub(super) list_url: String,
}

impl Run<'_> {
    /// Runs the action and adds its message, or returns its confirmation page.
    pub(super) async fn answer(self, is_confirmed: bool) -> Result<Option<HttpResponse>> {
        if self.action.confirm && !is_confirmed {
            return self.confirmation().await.map(Some);
        }
        let done = self.execute().await?;
        if !done.message.is_empty() {
            self.request.messages.add(done.level, done.message);
        }
        Ok(None)
    }

    async fn execute(&self) -> Result<ActionResult> {
        let (registered, action, count, rows) =
            (self.registered, self.action, self.count, self.rows.clone());
        let actor = self.request.actor();
        let settings = self.request.settings.clone().into_inner();
        let told = format!(
            "{} ran {} on {count} of {}",
            actor.user.username,
            action.name,
            registered.model.label()
        );
        let job = move |conn: &mut Conn| {
            let needed = action.required_permissions();
            let policy = registered.policy();
            if !policy.may_for_each(conn, &actor.permissions, needed, &rows)? {
                return Ok(refusal(registered, &action));
            }
            let watch = Watch::new(conn, &rows, WATCHED)?;
            let done = (action.run)(
                conn,
                &ActionRequest {
                    action: action.name,
                    selection: &rows,
                    count,
                    user: &actor.user,
                    settings: &settings,
                },
            )?;
            if let Some(watch) = watch {
                watch.record(conn, actor.user.id)?;
            }
            Ok(done)
        };
        let done = self.request.db.atomic(job).await.or_else(|error| {
            log::warn!(target: "nuages.admin", "{told}, which failed and changed nothing: {error}");
            let violation = Violation::from_error(&error).ok_or(error)?;
            let message = format!("Nothing was changed. {}", violation.text(registered.model));
            Ok::<_, Error>(ActionResult::error(message))
        })?;
        log::info!(target: "nuages.admin", "{told}: {}", done.message);
        Ok(done)
    }

    async fn confirmation(self) -> Result<HttpResponse> {
        let some = self.rows.clone();
        let names = self
            .request
            .db
            .run(move |conn| some.named(conn, Some(SHOWN), 0))
            .await?;
        let model = self.registered.model;
        let label = match self.location {
            Location::ChangeList => self.action.label(model),
            Location::ChangeForm => self.action.form_label(model),
        };
        let mut crumbs = Crumb::to(self.registered, self.list_url.clone());
        crumbs.push(Crumb::new(&label, ""));
        let page = ActionConfirmation {
            counted: format!("{} {}", self.count, model.counted(self.count)),
            more: self.count - i64::try_from(names.len()).unwrap_or_default(),
            names: names.into_iter().map(|(_, name)| name).collect(),
            frame: self.request.frame(label, crumbs),
            again: self.again().await?,
        };
        Ok(render(&page)?.respond_to(&self.request.http))
    }

    /// Returns the hidden fields that run the action once more.
    pub(super) async fn again(&self) -> Result<Again> {
        let is_many = self.across && self.count > NAMED;
        let (limit, rows) = (
            if is_many { 1 } else { NAMED.max(self.count) },
            self.rows.clone(),
        );
        let named = self
            .request
            .db
            .run(move |conn| rows.named(conn, Some(limit), 0))
            .await?;
        Ok(Again {
            field: self.location.field(),
            action: self.action.name,
            pks: named
                .iter()
                .map(|(pk, _): &(Value, String)| pk.to_string())
                .collect(),
            across: is_many.then_some(self.count),
            back_url: self.back_url.clone(),
            field_count: field_count(named.len(), &self.request.settings),
            submission: new_id(Some(self.request.user.id), &self.request.settings),
        })
    }
}

fn refusal(registered: &RegisteredModel, action: &Action) -> ActionResult {
    let (verb, many) = (
        action.required_permissions().join(" or "),
        &registered.model.verbose_name_plural,
    );
    ActionResult::error(format!(
        "You do not have permission to {verb} all of the selected {many}. No items have been changed."
    ))
}
