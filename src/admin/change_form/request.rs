//! [`ChangeFormRequest`]: what was asked for, by whom, and questions about it.

use actix_web::web;
use chrono_tz::Tz;

use crate::admin::{Actor, AdminSite, RegisteredModel, unquote};
use crate::forms::model::key;
use crate::http::{PostData, QueryDict};
use crate::models::{Meta, Query, Record};
use crate::settings::Settings;

/// The prefix of a search box's name; the name of its field follows.
pub(super) const BOX: &str = "_find-";
/// The value of the button that the Enter key presses.
pub(in crate::admin) const ENTER: &str = "enter";

/// A request for a form, for use on any thread.
#[derive(Clone)]
pub(super) struct ChangeFormRequest {
    pub(super) registered: &'static RegisteredModel,
    pub(super) site: &'static AdminSite,
    pub(super) actor: Actor,
    pub(super) settings: web::Data<Settings>,
    pub(super) query: QueryDict,
    /// The quoted primary key in the URL; `None` for a new row.
    pub(super) part: Option<String>,
    pub(super) post: Option<PostData>,
    /// Whether `post` was sent after the session had ended: it is shown again and not saved.
    pub(super) is_kept: bool,
    pub(super) is_popup: bool,
    pub(super) to_field: Option<String>,
}

/// Returns the field to search for and the search text; `None` if the form was sent for another
/// reason. Enter in a search box presses the form's first button, but means a search.
pub(super) fn asked(posted: &QueryDict) -> Option<(String, String)> {
    if let Some(name) = posted.get("_find") {
        let term = posted.get(&format!("{BOX}{name}")).unwrap_or_default();
        return Some((name.to_owned(), term.trim().to_owned()));
    }
    let is_enter = ["_save", "_saveasnew"]
        .iter()
        .any(|button| posted.get(button) == Some(ENTER));
    let mut written = posted
        .last_of_each()
        .filter(|(_, text)| is_enter && !text.trim().is_empty());
    written
        .find_map(|(name, text)| Some((name.strip_prefix(BOX)?.to_owned(), text.trim().to_owned())))
}

impl ChangeFormRequest {
    pub(super) fn zone(&self) -> Tz {
        self.settings.time_zone
    }

    /// Returns the query for the row, among those that the user may see.
    pub(super) fn row(&self, part: &str) -> Option<Query> {
        let pk = key(self.registered.model.pk().target(), &unquote(part))?;
        Some(
            self.actor
                .queryset(self.registered)
                .with_pks(vec![pk])
                .order_by(Vec::new()),
        )
    }

    pub(super) fn may(&self, action: &str, record: Option<&Record>) -> bool {
        self.actor.may(self.registered, action, record)
    }

    /// Whether the form of a row is to be saved as a new row.
    pub(super) fn is_copy(&self) -> bool {
        self.post
            .as_ref()
            .is_some_and(|post| post.fields.get("_saveasnew").is_some())
    }

    /// Whether nothing is to be saved: a browser without scripts requests another inline row or a
    /// search, or the form was kept until its user had logged in again.
    pub(super) fn is_question(&self) -> bool {
        if self.is_kept {
            return true;
        }
        let asks =
            |post: &PostData| post.fields.get("_addrow").is_some() || asked(&post.fields).is_some();
        self.post.as_ref().is_some_and(asks)
    }

    /// Whether the form was sent to be saved.
    pub(super) fn saves(&self) -> bool {
        self.post.is_some() && !self.is_question()
    }

    pub(super) fn model(&self) -> &'static Meta {
        self.registered.model
    }
}
