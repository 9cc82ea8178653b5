//! The latest acts of a user, on the first page.

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
}

impl RecentAction {
    /// As the page shows it.
    pub(in crate::admin) fn new(request: &AdminRequest, (entry, app, model): Act) -> Self {
        let known = app.zip(model).and_then(|(app, model)| request.site.find(&app, &model));
        let kind = match entry.action_flag {
            1 => "added",
            2 => "changed",
            _ => "deleted",
        };
        let url = known.zip(entry.object_id.as_deref()).filter(|_| kind != "deleted");
        Self {
            url: url.map(|(known, pk)| known.object_url(pk, "change")),
            object: entry.object_repr,
            model: known.map_or_else(
                || "Unknown content".to_owned(),
                |known| crate::models::capfirst(&known.model.verbose_name),
            ),
            kind,
        }
    }
}
