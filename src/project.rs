//! [`Project`]: the site that a program serves.

use std::sync::OnceLock;

use crate::admin::AdminSite;
use crate::auth::{AuthenticationBackend, ModelBackend};
use crate::db::Conn;
use crate::db::Router;
use crate::db::migrations::Migration;
use crate::error::Result;
use crate::forms::html::RenderField;
use crate::http::{StaticFile, Urls};
use crate::middleware::Middleware;
use crate::models::{AppConfig, content_types};
use crate::pages::{AnyPageTemplate, NavigationLink, RenderFrame, Site};
use crate::records::{Receiver, connect};
use crate::settings::{DeclaredSetting, Env, Settings, SettingsError};
use crate::tasks::{AnyTask, Registry};
use crate::{accounts, admin, api, auth, mail, models, sessions};

/// A site: its apps, its URLs, what its admin shows, how its pages look, and its commands.
///
/// The program of a site is one line, `nuages::commands::main(&PROJECT)`. A process serves one project.
#[derive(Debug)]
pub struct Project {
    /// The apps, in the order of Django's `INSTALLED_APPS` (which is also the order of content
    /// types).
    pub apps: &'static [AppConfig],
    urls: fn(&Settings) -> Urls,
    own_urls: Option<fn() -> Urls>,
    has_api: bool,
    /// The site's details that the framework's own pages show.
    pub site: Site,
    /// The version of the site; "" if it is not set.
    version: &'static str,
    /// The site's own static files.
    pub(crate) static_files: &'static [StaticFile],
    /// Data for an empty database, which is loaded if the program is started without a command.
    pub(crate) demo: Option<&'static Demo>,
    /// The site's own commands.
    pub(crate) commands: &'static [SiteCommand],
    receivers: &'static [&'static [Receiver]],
    pub(crate) middleware: &'static [Middleware],
    pub(crate) settings: &'static [&'static dyn DeclaredSetting],
    pub(crate) backends: &'static [&'static dyn AuthenticationBackend],
    pub(crate) tasks: &'static [&'static dyn AnyTask],
    pub(crate) router: Router,
    register: fn(AdminSite) -> AdminSite,
    admin_site: OnceLock<AdminSite>,
}

/// Returns the apps of a site: the batteries (the admin, users, content types and sessions), and then the site's own, as
/// `INSTALLED_APPS` of a new Django project: `nuages::apps![BLOG]`.
#[macro_export]
macro_rules! apps {
    ($($app:expr),* $(,)?) => {
        [
            $crate::admin::APP,
            $crate::auth::APP,
            $crate::models::content_types::APP,
            $crate::sessions::APP,
            $($app),*
        ]
    };
}

/// Rows and uploaded files for an empty database: `loaddata demo`.
#[derive(Debug)]
pub struct Demo {
    /// The line that the terminal shows while an empty database is filled: "Setting up a demo
    /// shop".
    pub title: &'static str,
    /// A fixture in JSON, as `dumpdata` writes it.
    pub fixture: &'static str,
    /// The folder below `MEDIA_ROOT` that the files are written to.
    pub media_folder: &'static str,
    /// `(name, content)` of each file. A file that exists is left as it is.
    pub media: &'static [(&'static str, &'static [u8])],
}

/// A command of a site, made by [`SiteCommand::new`].
#[derive(Debug)]
pub struct SiteCommand {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) arguments: fn(clap::Command) -> clap::Command,
    pub(crate) run: fn(&clap::ArgMatches, &CommandContext<'_>) -> Result<()>,
}

/// The arguments of a command, and what the command does.
pub trait Command: clap::Args {
    /// The name of the command on the command line.
    const NAME: &'static str;
    /// One sentence for the help.
    const ABOUT: &'static str;

    /// Runs the command. An error is printed, and the program ends with the exit code 1.
    fn run(self, context: &CommandContext<'_>) -> Result<()>;
}

/// The project and settings that a command runs with.
#[derive(Debug)]
pub struct CommandContext<'a> {
    /// The project of the program.
    pub project: &'static Project,
    /// The settings.
    pub settings: &'a Settings,
}

impl SiteCommand {
    /// Creates the command whose arguments are `C`.
    pub const fn new<C: Command>() -> Self {
        Self {
            name: C::NAME,
            about: C::ABOUT,
            arguments: C::augment_args,
            run: |matches, context| {
                let arguments = C::from_arg_matches(matches)
                    .map_err(|error| crate::error::Error::command(error.to_string()))?;
                arguments.run(context)
            },
        }
    }
}

impl CommandContext<'_> {
    /// Opens a connection to the database. Its statements have no time limit.
    pub fn connect(&self) -> Result<Conn> {
        Conn::open(&self.settings.database_url, crate::db::Limits::NONE)
    }

    /// Opens a connection to the database with this name: `reports` is that of
    /// `DATABASE_URL_REPORTS`.
    pub fn connect_to(&self, database: &str) -> Result<Conn> {
        let settings = self.settings.using(database);
        let settings = settings.map_err(|error| crate::error::Error::command(error.to_string()))?;
        Conn::open(&settings.database_url, crate::db::Limits::NONE)
    }
}

impl Project {
    /// Creates a site called `name`; `register` adds the site's models to the admin, which has users and groups already.
    pub const fn new(
        name: &'static str,
        apps: &'static [AppConfig],
        urls: fn(&Settings) -> Urls,
        register: fn(AdminSite) -> AdminSite,
    ) -> Self {
        Self {
            apps,
            urls,
            own_urls: None,
            has_api: true,
            site: Site::new(name),
            version: "",
            static_files: &[],
            demo: None,
            commands: &[],
            middleware: &[],
            settings: &[],
            backends: &[&ModelBackend],
            receivers: &[],
            tasks: &[],
            router: Router::new(),
            register,
            admin_site: OnceLock::new(),
        }
    }

    /// Creates a site called `name` with these apps: `Project::with_apps("Blog", &nuages::apps![BLOG])`. Add
    /// [`urls`](Self::urls) and [`admin`](Self::admin).
    pub const fn with_apps(name: &'static str, apps: &'static [AppConfig]) -> Self {
        Self::new(name, apps, |_| crate::urls::batteries(), |site| site)
    }

    /// Sets the URLs of the site, which `nuages::urls!` returns; those of the batteries (accounts, the admin, static and
    /// uploaded files) follow after them.
    #[must_use]
    pub const fn urls(mut self, urls: fn() -> Urls) -> Self {
        self.own_urls = Some(urls);
        self
    }

    /// Registers the site's models in the admin, which has users and groups already.
    #[must_use]
    pub const fn admin(mut self, register: fn(AdminSite) -> AdminSite) -> Self {
        self.register = register;
        self
    }

    /// Returns all URLs of the site. The pages of `get_urls` come first, because the admin's own URLs match everything below a
    /// model.
    pub fn all_urls(&'static self, settings: &Settings) -> Urls {
        let own = self.own_urls.map(|urls| urls()).unwrap_or_default();
        let below_models = self.admin_site().own_urls();
        let urls = below_models.include(own).include((self.urls)(settings));
        if self.has_api {
            urls.include(api::urls(self.admin_site(), settings))
        } else {
            urls
        }
    }

    /// Leaves out the JSON API below `/api/`, which every site has. To leave out a single model, see
    /// [`ModelAdmin::no_api`](crate::admin::ModelAdmin::no_api).
    #[must_use]
    pub const fn no_api(mut self) -> Self {
        self.has_api = false;
        self
    }

    /// Returns the site's name as visitors read it.
    pub const fn name(&self) -> &'static str {
        self.site.name
    }

    /// Sets the version of the site, which the command `version` prints: `env!("CARGO_PKG_VERSION")`.
    #[must_use]
    pub const fn version(mut self, version: &'static str) -> Self {
        self.version = version;
        self
    }

    /// Returns the text that the command `version` prints: the version of the site, or that of
    /// Nuages if the site has none.
    pub(crate) fn version_text(&self) -> String {
        if self.version.is_empty() {
            format!("Nuages {}", env!("CARGO_PKG_VERSION"))
        } else {
            self.version.to_owned()
        }
    }

    /// Returns the name, with the version if it is set: "Meadow 1.2.0".
    pub(crate) fn name_and_version(&self) -> String {
        format!("{} {}", self.name(), self.version)
            .trim_end()
            .to_owned()
    }

    /// Sets the description that search engines show for pages without one.
    #[must_use]
    pub const fn description(mut self, text: &'static str) -> Self {
        self.site.description = text;
        self
    }

    /// Sets the URL of the logo, an image of 28 by 28 pixels.
    #[must_use]
    pub const fn logo(mut self, url: &'static str) -> Self {
        self.site.logo = url;
        self
    }

    /// Sets the URL of the icon in the browser's tab.
    #[must_use]
    pub const fn favicon(mut self, url: &'static str) -> Self {
        self.site.favicon = url;
        self
    }

    /// Sets the links of the header and the footer.
    #[must_use]
    pub const fn navigation(mut self, links: &'static [NavigationLink]) -> Self {
        self.site.navigation = links;
        self
    }

    /// Sets the text of the footer.
    #[must_use]
    pub const fn footer(mut self, text: &'static str) -> Self {
        self.site.footer = text;
        self
    }

    /// Sets the URL of a style sheet with other values for the custom properties of `static/_tokens.css`.
    #[must_use]
    pub const fn colors(mut self, url: &'static str) -> Self {
        self.site.colors = url;
        self
    }

    /// Shows the login, account and error pages in a frame of the site's own. See [`Frame`](crate::pages::Frame).
    #[must_use]
    pub const fn frame(mut self, render: RenderFrame) -> Self {
        self.site.frame = render;
        self
    }

    /// Renders the fields of visitors' forms with this function instead of the framework's template.
    #[must_use]
    pub const fn form_field(mut self, render: RenderField) -> Self {
        self.site.form_field = Some(render);
        self
    }

    /// Sets the site's own templates for pages of the framework, such as the login page: `.templates(&[&LOGIN])`. See
    /// [`PageTemplate`](crate::pages::PageTemplate).
    #[must_use]
    pub const fn templates(mut self, templates: &'static [&'static dyn AnyPageTemplate]) -> Self {
        self.site.templates = templates;
        self
    }

    /// Serves these files below `/static/`: `assets::FILES`, which [`static_files!`](crate::static_files) makes.
    #[must_use]
    pub const fn static_files(mut self, files: &'static [StaticFile]) -> Self {
        self.static_files = files;
        self
    }

    /// Fills an empty database with `demo` when the program is started without a command.
    #[must_use]
    pub const fn demo(mut self, demo: &'static Demo) -> Self {
        self.demo = Some(demo);
        self
    }

    /// Sets the router between the databases of the site: Django's `DATABASE_ROUTERS`.
    #[must_use]
    pub const fn router(mut self, router: Router) -> Self {
        self.router = router;
        self
    }

    /// Adds commands.
    #[must_use]
    pub const fn commands(mut self, commands: &'static [SiteCommand]) -> Self {
        self.commands = commands;
        self
    }

    /// Sets the functions that are called when rows are written and users log in, app by app:
    /// `.receivers(&[blog::RECEIVERS])`. See [`Receiver`].
    #[must_use]
    pub const fn receivers(mut self, apps: &'static [&'static [Receiver]]) -> Self {
        self.receivers = apps;
        self
    }

    /// Sets the tasks that workers run in the background: `.tasks(&[&COUNT_LETTERS])`. See
    /// [`tasks`](mod@crate::tasks).
    #[must_use]
    pub const fn tasks(mut self, tasks: &'static [&'static dyn AnyTask]) -> Self {
        self.tasks = tasks;
        self
    }

    /// Returns every task of the site and of Nuages, for a worker.
    pub fn task_registry(&'static self) -> Registry {
        let own = Registry::default().with(&mail::SEND);
        let admin = admin::background::tasks(self.admin_site());
        admin
            .into_iter()
            .chain(self.tasks.iter().copied())
            .fold(own, Registry::with)
    }

    /// Installs the models of the apps, so that deletions find the rows that depend on others, and connects the receivers.
    /// `commands::main` and the server do this; other programs call it first (`django.setup()`).
    pub fn install(&self) {
        models::install(self.apps);
        self.receivers
            .iter()
            .for_each(|receivers| connect(receivers));
    }

    /// Sets the middleware, the outermost first (Django's `MIDDLEWARE`): `nuages::middleware![timing]`. See
    /// [`middleware`](mod@crate::middleware).
    #[must_use]
    pub const fn middleware(mut self, middleware: &'static [Middleware]) -> Self {
        self.middleware = middleware;
        self
    }

    /// Declares the site's own settings: `&[&TICKETS_PER_PAGE]`. See [`Setting`](crate::settings::Setting).
    #[must_use]
    pub const fn settings(mut self, settings: &'static [&'static dyn DeclaredSetting]) -> Self {
        self.settings = settings;
        self
    }

    /// Reads the settings of Nuages and of the site from `env`.
    pub fn read_settings(&self, env: &Env) -> std::result::Result<Settings, SettingsError> {
        Settings::read_with(env, self.settings)
    }

    /// Sets the backends that authenticate users, in the order in which they are asked (Django's
    /// `AUTHENTICATION_BACKENDS`). The default is `&[&ModelBackend]`. See
    /// [`AuthenticationBackend`].
    #[must_use]
    pub const fn authentication_backends(
        mut self,
        backends: &'static [&'static dyn AuthenticationBackend],
    ) -> Self {
        self.backends = backends;
        self
    }

    /// Returns the admin site.
    pub fn admin_site(&'static self) -> &'static AdminSite {
        self.install();
        self.admin_site.get_or_init(|| {
            let mut site = AdminSite::new(self.apps);
            if self.apps.iter().any(|app| app.label == auth::APP.label) {
                site = accounts::admin::register(site);
            }
            (self.register)(site).with_defaults_of(&self.site)
        })
    }

    /// Returns the router between the databases of the site.
    pub const fn database_router(&self) -> &Router {
        &self.router
    }

    /// Returns every migration for the database `database`. Those that the router does not allow
    /// there change nothing: they are only recorded, as in Django.
    pub fn migrations_on(&self, database: &str) -> Vec<Migration> {
        let migrations = self.migrations().into_iter();
        let here = |migration: Migration| {
            if self.router.allows(database, migration.app) {
                migration
            } else {
                migration.emptied()
            }
        };
        migrations.map(here).collect()
    }

    /// Returns every migration, each after the migrations that it needs: first those of the
    /// batteries, then app by app, then those of Nuages' own tables for logins.
    pub fn migrations(&self) -> Vec<Migration> {
        let batteries =
            [content_types::APP, auth::APP, admin::APP, sessions::APP].map(|app| app.label);
        let named = |label: &&str| self.apps.iter().find(|app| app.label == *label);
        let own = self
            .apps
            .iter()
            .filter(|app| !batteries.contains(&app.label));
        let login = self
            .apps
            .iter()
            .any(|app| app.label == auth::APP.label)
            .then_some(&auth::NUAGES);
        batteries
            .iter()
            .filter_map(named)
            .chain(own)
            .chain(login)
            .flat_map(|app| app.migrations)
            .copied()
            .collect()
    }
}
