//! The latest acts of a user, on the first page.

use super::ActTime;
use super::sentence::sentence;
use crate::admin::AdminRequest;
use crate::admin::log_entry::Act;

/// An act of the user, on the first page.
pub(in crate::admin) struct RecentAction {
    /// What the object was called.
    pub object: String,
    /// Its form, if it is still there.
    pub url: Option<String>,
    /// Its model.
    pub model: String,
    /// `added`, `changed` or `deleted`.
    pub kind: &'static str,
    /// The picture of that.
    pub icon: &'static str,
    /// What was changed: `Changed Price.`
    pub what: String,
    /// When.
    pub time: ActTime,
}

impl RecentAction {
    /// As the page shows it.
    pub(in crate::admin) fn new(request: &AdminRequest, (entry, app, model): Act) -> Self {
        let time = ActTime::new(&entry, request.settings.time_zone);
        let known = app
            .0
            .zip(model.0)
            .and_then(|(app, model)| request.site.find(&app, &model));
        let (kind, icon) = match entry.action_flag {
            1 => ("added", "plus"),
            2 => ("changed", "edit"),
            _ => ("deleted", "trash"),
        };
        let url = known
            .zip(entry.object_id.as_deref())
            .filter(|_| kind != "deleted");
        Self {
            url: url.map(|(known, pk)| known.object_url(pk, "change")),
            object: entry.object_repr,
            model: known.map_or_else(
                || "Unknown content".to_owned(),
                |known| crate::models::capfirst(&known.model.verbose_name),
            ),
            kind,
            icon,
            what: if kind == "changed" {
                sentence(&entry.change_message)
            } else {
                String::new()
            },
            time,
        }
    }
}
