//! `Project::settings`.

use nuages::commands;
use nuages::models::AppConfig;
use nuages::prelude::*;
use nuages::project::{Command, CommandContext, SiteCommand};
use nuages::settings::{Env, Setting};
use nuages::terminal::say;

use crate::support::{Database, Kind, SECRET_KEY, TestSite};

static GREETING: Setting<String> =
    Setting::new("GREETING", "a text").default(|| "Hello".to_owned());
static TIMES: Setting<u8> = Setting::new("TIMES", "a whole number up to 255");
static API_KEY: Setting<String> = Setting::new("API_KEY", "a key")
    .default(String::new)
    .secret();

static APPS: [AppConfig; 4] = nuages::apps![];
static SITE: Project = Project::new("Settings", &APPS, urls, super::register)
    .settings(&[&GREETING, &TIMES, &API_KEY])
    .commands(&[SiteCommand::new::<Greet>()]);

fn urls(_: &Settings) -> Urls {
    Urls::new([
        path("/greet/", "greet", Access::Public, get(greet)),
        path("/fail/", "fail", Access::Public, get(fail)),
    ])
    .include(batteries())
}

fn greeting(settings: &Settings) -> String {
    GREETING.get(settings).repeat((*TIMES.get(settings)).into())
}

async fn greet(settings: web::Data<Settings>) -> String {
    greeting(&settings)
}

async fn fail() -> Result<String> {
    Err(Error::command("a view of the test fails"))
}

/// Prints the greeting.
#[derive(Debug, clap::Args)]
struct Greet {}

impl Command for Greet {
    const NAME: &'static str = "greet";
    const ABOUT: &'static str = "Print the greeting.";

    fn run(self, context: &CommandContext<'_>) -> Result<()> {
        say(&greeting(context.settings))
    }
}

fn views_commands_and_the_debug_page_know_the_settings_of_the_site(kind: Kind) {
    let given = [("TIMES", "2"), ("API_KEY", "sesame"), ("DEBUG", "1")];
    let site = TestSite::for_project(Database::migrated(kind), &given, &SITE);
    assert_eq!(site.client().get("/greet/").text(), "HelloHello");
    let page = site.client().get("/fail/").text();
    assert!(
        page.contains("GREETING") && page.contains("API_KEY") && !page.contains("sesame"),
        "the debug page shows the settings, and hides secrets: {page}"
    );

    let env = Env::from_pairs(&[
        ("SECRET_KEY", SECRET_KEY),
        ("DATABASE_URL", &site.database.url),
        ("TIMES", "3"),
        ("GREETING", "Hi"),
    ]);
    let settings = SITE.read_settings(&env).unwrap();
    let (result, text) = commands::call(&SITE, &["greet"], &settings);
    assert!(result.is_ok(), "{result:?}");
    assert_eq!(text.trim(), "HiHiHi");
}

on_both!(views_commands_and_the_debug_page_know_the_settings_of_the_site);

#[test]
fn a_site_does_not_start_with_a_missing_or_wrong_setting() {
    for (given, expected) in [
        (
            None,
            "TIMES is not set: set it in the environment or in .env to a whole number",
        ),
        (
            Some("256"),
            "TIMES=\"256\" is not accepted; it takes a whole number up to 255",
        ),
    ] {
        let mut pairs = vec![("SECRET_KEY", SECRET_KEY)];
        pairs.extend(given.map(|value| ("TIMES", value)));
        let error = SITE.read_settings(&Env::from_pairs(&pairs)).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    }
}
