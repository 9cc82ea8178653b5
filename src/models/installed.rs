//! The models of the installed apps.

use std::sync::OnceLock;

use super::{AppConfig, Meta};
use crate::logging::Context;
use crate::test_hooks::TestHooks;

#[derive(Clone, Copy)]
struct Installed {
    apps: &'static [AppConfig],
    models: &'static [&'static Meta],
}

impl Installed {
    fn new(apps: &'static [AppConfig]) -> Self {
        let models: Vec<&Meta> = apps
            .iter()
            .flat_map(|app| app.models)
            .map(|model| model())
            .collect();
        Self {
            apps,
            models: models.leak(),
        }
    }

    /// Returns the apps of the program, or those of the site that is tested.
    fn current() -> Option<Self> {
        if TestHooks::are_used()
            && let Some(hooks) = Context::current().and_then(|context| context.hooks)
            && let Some(installed) = hooks.installed()
        {
            return Some(*installed);
        }
        INSTALLED.get().copied()
    }
}

static INSTALLED: OnceLock<Installed> = OnceLock::new();

/// Installs the models of `apps`, so that relations can be followed backwards. Only the first call
/// has an effect, because a program has one list of apps.
pub fn install(apps: &'static [AppConfig]) {
    INSTALLED.get_or_init(|| Installed::new(apps));
}

/// Installs the models of `apps` for one site that is tested, beside other sites in this process.
#[doc(hidden)]
pub fn install_for_test(apps: &'static [AppConfig], hooks: &TestHooks) {
    hooks.set_installed(Box::new(Installed::new(apps)));
}

/// Returns every model of the installed apps.
pub fn all() -> &'static [&'static Meta] {
    Installed::current().map_or(&[], |installed| installed.models)
}

/// Returns the model `name` of the app `app`.
pub fn find(app: &str, name: &str) -> Option<&'static Meta> {
    all()
        .iter()
        .copied()
        .find(|model| model.app == app && model.name == name)
}

/// Returns the model with this label: `catalog.product`.
pub(crate) fn find_by_label(label: &str) -> Option<&'static Meta> {
    let (app, name) = label.split_once('.')?;
    find(app, name)
}

/// Returns `Catalog | product` (Django's `app_labeled_name`); the bare name if the model is not
/// installed.
pub fn labelled(app: &str, name: &str) -> String {
    let model = find(app, name).map_or(name, |model| &model.verbose_name);
    format!("{} | {model}", app_verbose_name(app))
}

/// Returns the name for people of the app with this label.
pub fn app_verbose_name(label: &str) -> String {
    let app = Installed::current()
        .and_then(|installed| installed.apps.iter().find(|app| app.label == label));
    app.map_or_else(
        || crate::words::capfirst(label),
        |app| app.verbose_name.to_owned(),
    )
}
