//! [`Project`]: the site that a program serves.

use std::sync::OnceLock;

use crate::admin::AdminSite;
use crate::db::Conn;
use crate::db::migrations::Migration;
use crate::error::Result;
use crate::http::{StaticFile, Urls};
use crate::models::{AppConfig, content_types};
use crate::pages::{NavigationLink, RenderFrame, Site};
use crate::settings::Settings;
use crate::{admin, auth, sessions};

/// A site: its apps, its URLs, what its admin shows, how its pages look, and its commands.
///
/// The program of a site is one line, `nuages::commands::main(&PROJECT)`. A process serves one project.
#[derive(Debug)]
pub struct Project {
    /// The apps, in the order of Django's `INSTALLED_APPS` (which is also the order of content
    /// types).
    pub apps: &'static [AppConfig],
    /// The URLs.
    pub urls: fn(&Settings) -> Urls,
    /// The site's details that the framework's own pages show.
    pub site: Site,
    /// The site's own static files.
    pub(crate) static_files: &'static [StaticFile],
    /// Data for an empty database, which is loaded if the program is started without a command.
    pub(crate) demo: Option<&'static Demo>,
    /// The site's own commands.
    pub(crate) commands: &'static [SiteCommand],
    register: fn(AdminSite) -> AdminSite,
    admin_site: OnceLock<AdminSite>,
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
}

impl Project {
    /// Creates a site called `name`; `register` adds the site's models to an empty admin.
    pub const fn new(
        name: &'static str,
        apps: &'static [AppConfig],
        urls: fn(&Settings) -> Urls,
        register: fn(AdminSite) -> AdminSite,
    ) -> Self {
        Self {
            apps,
            urls,
            site: Site::new(name),
            static_files: &[],
            demo: None,
            commands: &[],
            register,
            admin_site: OnceLock::new(),
        }
    }

    /// Returns the site's name as visitors read it.
    pub const fn name(&self) -> &'static str {
        self.site.name
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

    /// Adds commands.
    #[must_use]
    pub const fn commands(mut self, commands: &'static [SiteCommand]) -> Self {
        self.commands = commands;
        self
    }

    /// Returns the admin site.
    pub fn admin_site(&'static self) -> &'static AdminSite {
        self.admin_site
            .get_or_init(|| (self.register)(AdminSite::new(self.apps)).with_defaults_of(&self.site))
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
