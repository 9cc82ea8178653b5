//! The models of the installed apps.

use std::sync::OnceLock;

use super::{AppConfig, Meta};

struct Installed {
    apps: &'static [AppConfig],
    models: Vec<&'static Meta>,
}

static INSTALLED: OnceLock<Installed> = OnceLock::new();

/// Installs the models of `apps`, so that relations can be followed backwards. Only the first call
/// has an effect, because a program has one list of apps.
pub fn install(apps: &'static [AppConfig]) {
    INSTALLED.get_or_init(|| Installed {
        apps,
        models: apps
            .iter()
            .flat_map(|app| app.models)
            .map(|model| model())
            .collect(),
    });
}

/// Returns every model of the installed apps.
pub fn all() -> &'static [&'static Meta] {
    INSTALLED.get().map_or(&[], |installed| &installed.models)
}

/// Returns the model `name` of the app `app`.
pub fn find(app: &str, name: &str) -> Option<&'static Meta> {
    all()
        .iter()
        .copied()
        .find(|model| model.app == app && model.name == name)
}

/// Returns `Catalog | product` (Django's `app_labeled_name`); the bare name if the model is not
/// installed.
pub fn labelled(app: &str, name: &str) -> String {
    let model = find(app, name).map_or(name, |model| &model.verbose_name);
    format!("{} | {model}", app_verbose_name(app))
}

/// Returns the name for people of the app with this label.
pub fn app_verbose_name(label: &str) -> String {
    let app = INSTALLED
        .get()
        .and_then(|installed| installed.apps.iter().find(|app| app.label == label));
    app.map_or_else(
        || crate::words::capfirst(label),
        |app| app.verbose_name.to_owned(),
    )
}
