//! The latest actions of a user, for the index page.

use super::ActTime;
use super::act_kind::ActKind;
use super::sentence::sentence;
use crate::admin::AdminRequest;
use crate::records::Act;

/// An action of the user.
pub(in crate::admin) struct RecentAction {
    /// The display name of the object at that time.
    pub object: String,
    /// The URL of the object's form, if the object still exists.
    pub url: Option<String>,
    /// The name of the model.
    pub model: String,
    /// Whether the object was added, changed or deleted.
    pub kind: ActKind,
    /// The description of the change: `Changed Price.`
    pub what: String,
    /// The time.
    pub time: ActTime,
}

impl RecentAction {
    /// Creates the entry for the page.
    pub(in crate::admin) fn new(request: &AdminRequest, (entry, app, model): Act) -> Self {
        let time = ActTime::new(&entry, request.settings.time_zone);
        let registered = app
            .0
            .zip(model.0)
            .and_then(|(app, model)| request.site.find(&app, &model));
        let kind = ActKind::from_entry(&entry);
        let url = registered
            .zip(entry.object_id.as_deref())
            .filter(|_| kind != ActKind::Deleted);
        Self {
            url: url.map(|(registered, pk)| registered.object_url(pk, "change")),
            object: entry.object_repr,
            model: registered.map_or_else(
                || "Unknown content".to_owned(),
                |registered| crate::words::capfirst(&registered.model.verbose_name),
            ),
            kind,
            what: match kind {
                ActKind::Added | ActKind::Deleted => String::new(),
                ActKind::Changed | ActKind::Unknown => sentence(&entry.change_message),
            },
            time,
        }
    }
}
