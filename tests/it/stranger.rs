//! A site in its own package (`tests/stranger`): it has its own name, navigation, colours and
//! files, and nothing of the demo shop.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

use crate::support::{Database, Kind, Process, Reply};

/// The program, built once for all tests.
static PROGRAM: LazyLock<PathBuf> = LazyLock::new(|| {
    let built = cargo("build").output().unwrap();
    assert!(
        built.status.success(),
        "the site did not build: {}",
        String::from_utf8_lossy(&built.stderr)
    );
    target().join("debug/meadow")
});

/// Returns the target folder of this package, which already contains the compiled dependencies.
fn target() -> PathBuf {
    let program = Path::new(env!("CARGO_BIN_EXE_nuages"));
    program.ancestors().nth(2).unwrap().to_path_buf()
}

/// Returns a command of Cargo for the site.
fn cargo(command: &str) -> Command {
    let mut cargo = crate::support::cargo();
    cargo
        .args([command, "--quiet", "--manifest-path"])
        .arg(package().join("Cargo.toml"))
        .arg("--target-dir")
        .arg(target());
    cargo
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn package() -> PathBuf {
    root().join("tests/stranger")
}

fn meadow(database: &Database, arguments: &[&str]) -> Output {
    let mut command = Command::new(&*PROGRAM);
    crate::support::in_folder(&mut command, database.dir.path(), &database.url);
    command.args(arguments).output().unwrap()
}

/// Starts a site with all tables.
fn started(kind: Kind) -> (Database, Process) {
    let database = Database::empty(kind);
    let migrated = meadow(&database, &["migrate"]);
    assert!(
        migrated.status.success(),
        "migrate failed: {}",
        String::from_utf8_lossy(&migrated.stderr)
    );
    let process = Process::start_program(&PROGRAM, &database, &[]);
    (database, process)
}

fn assert_is_meadows(page: &Reply, what: &str) {
    for own in [
        "· Meadow</title>",
        ">Posts</a>",
        "Mown once a year.",
        "/static/colors.",
        "/static/logo.",
    ] {
        assert!(
            page.text().contains(own),
            "{what} must show {own:?}: {}",
            page.text()
        );
    }
    assert_has_nothing_of_the_shop(&page.text(), what);
}

fn assert_has_nothing_of_the_shop(text: &str, what: &str) {
    for foreign in [
        "Products",
        "Categories",
        "products",
        "shop",
        "tax included",
        "Nuages",
    ] {
        assert!(
            !text.contains(foreign),
            "{what} must not contain {foreign:?}"
        );
    }
}

fn login_and_error_pages_are_in_the_frame_of_the_site(kind: Kind) {
    let (_database, process) = started(kind);
    let client = process.client();

    assert_is_meadows(&client.get("/accounts/login/"), "the login page");
    assert_is_meadows(&client.get("/accounts/signup/"), "the page to sign up");
    let missing = client.get("/nowhere/");
    assert_eq!(missing.status, 404);
    assert_is_meadows(&missing, "the page of a 404");
    assert_is_meadows(&client.get("/posts/"), "a page of the site");

    let admin = client.get("/admin/login/");
    assert!(
        admin.text().contains("Meadow administration"),
        "the admin must have the site's name: {}",
        admin.text()
    );
    assert!(
        admin.text().contains("/static/colors."),
        "the admin must have the site's colours: {}",
        admin.text()
    );
    assert_has_nothing_of_the_shop(&admin.text(), "the admin's login page");
}

on_both!(login_and_error_pages_are_in_the_frame_of_the_site);

#[test]
fn static_files_of_the_site_are_served_beside_those_of_the_framework() {
    let (_database, process) = started(Kind::Sqlite);
    let client = process.client();

    let own = client.get("/static/meadow.css");
    assert_eq!(
        (own.status, own.text().contains(".posts")),
        (200, true),
        "a file of the site"
    );
    assert_eq!(
        client.get("/static/site.css").status,
        200,
        "a file of the framework"
    );
    assert_eq!(
        client.get("/static/shop/shop.css").status,
        404,
        "a file of the demo shop"
    );

    let page = client.get("/posts/");
    let text = page.text();
    let hashed = text
        .split('"')
        .find(|text| text.starts_with("/static/meadow."))
        .expect("a link to the style sheet");
    assert!(
        client
            .get(hashed)
            .header("cache-control")
            .contains("immutable"),
        "{hashed} must be kept for ever"
    );
}

#[test]
fn commands_of_the_demo_shop_do_not_exist() {
    let database = Database::empty(Kind::Sqlite);
    let help = meadow(&database, &["--help"]);
    let text = String::from_utf8_lossy(&help.stdout).into_owned();
    assert!(
        text.contains("migrate"),
        "the help must list the commands: {text}"
    );
    assert!(
        !text.contains("seed"),
        "the help must not list the shop's command: {text}"
    );

    meadow(&database, &["migrate"]);
    let demo = meadow(&database, &["loaddata", "demo"]);
    let complaint = String::from_utf8_lossy(&demo.stderr).into_owned();
    assert!(
        complaint.contains("No fixture named 'demo' found."),
        "{complaint}"
    );
}

#[test]
fn the_program_contains_nothing_of_the_demo_shop() {
    let program = fs::read(&*PROGRAM).unwrap();
    let contains = |text: &str| {
        program
            .windows(text.len())
            .any(|window| window == text.as_bytes())
    };
    assert!(
        contains("Mown once a year."),
        "the texts of the site must be found in this way"
    );
    for foreign in [
        "catalog_product",
        "orders_order",
        "See all products",
        "carillon-brass-bell",
        "shop/shop.css",
    ] {
        assert!(
            !contains(foreign),
            "the program of a site must not contain {foreign:?}"
        );
    }
}

#[test]
fn the_sites_own_tests_pass() {
    let done = cargo("test").output().unwrap();
    let text = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(
        done.status.success() && text.contains("2 passed"),
        "{text}{}",
        String::from_utf8_lossy(&done.stderr)
    );
}

/// Runs a command of the site with `folder` as the folder of its package.
fn meadow_in(folder: &Path, database: &Database, arguments: &[&str]) -> (bool, String) {
    let mut command = Command::new(&*PROGRAM);
    crate::support::in_folder(&mut command, database.dir.path(), &database.url);
    let done = command
        .env("CARGO_MANIFEST_DIR", folder)
        .args(arguments)
        .output()
        .unwrap();
    let text = [done.stdout, done.stderr].concat();
    (
        done.status.success(),
        String::from_utf8_lossy(&text).into_owned(),
    )
}

#[test]
fn makemigrations_finds_nothing_to_do_and_writes_an_empty_migration_when_asked() {
    let database = Database::empty(Kind::Sqlite);
    let folder = tempfile::TempDir::new().unwrap();
    let here = folder.path();
    let (is_done, text) = meadow_in(here, &database, &["makemigrations", "--check"]);
    assert!(is_done && text.contains("No changes detected"), "{text}");

    let (is_done, text) = meadow_in(
        here,
        &database,
        &["makemigrations", "blog", "--empty", "--name", "fill"],
    );
    assert!(is_done && text.contains("blog_0002_fill"), "{text}");
    for file in [
        "sqlite/blog_0002_fill/up.sql",
        "postgres/blog_0002_fill/down.sql",
        "state/blog_0002_fill.json",
        "state/blog.latest",
    ] {
        assert!(here.join("migrations").join(file).is_file(), "{file}");
    }

    let (_, text) = meadow_in(here, &database, &["check"]);
    assert!(
        text.contains("no installed app has the migration blog_0002_fill"),
        "check names a folder that the program does not know: {text}"
    );
    let (is_done, text) = meadow_in(here, &database, &["makemigrations", "blog", "--empty"]);
    assert!(
        !is_done && text.contains("Compile it again"),
        "a program without the last migration writes nothing: {text}"
    );
}

#[test]
fn sqlmigrate_and_inspectdb_print_what_can_be_used() {
    let database = Database::empty(Kind::Sqlite);
    assert!(meadow(&database, &["migrate"]).status.success());
    let sql = meadow(&database, &["sqlmigrate", "blog", "0001"]);
    assert!(String::from_utf8_lossy(&sql.stdout).starts_with("CREATE TABLE \"blog_post\""));

    let module = meadow(&database, &["inspectdb", "--app", "blog", "blog_post"]);
    let module = String::from_utf8_lossy(&module.stdout).into_owned();
    assert!(
        module.contains("pub struct Post {") && module.contains("#[field(max_length = 200)]"),
        "{module}"
    );
}

/// Returns what a command printed.
fn said(output: &Output) -> String {
    let text = [&output.stdout[..], &output.stderr[..]].concat();
    String::from_utf8_lossy(&text).into_owned()
}

fn commands_speak_of_the_site(kind: Kind) {
    let database = Database::empty(kind);
    let help = said(&meadow(&database, &["migrate", "--help"]));
    assert!(help.contains("Usage: meadow migrate"), "{help}");
    let version = meadow(&database, &["version"]);
    assert_eq!(said(&version), "1.2.0\n", "the version is that of the site");
    let version = said(&meadow(&database, &["--version"]));
    assert!(version.starts_with("meadow 1.2.0 (Nuages "), "{version}");

    let check = said(&meadow(&database, &["check"]));
    assert!(
        check.contains("Run `meadow migrate`.") && check.contains("meadow: System check"),
        "{check}"
    );
    let unknown = said(&meadow(&database, &["frobnicate"]));
    assert!(unknown.contains("Usage: meadow [COMMAND]"), "{unknown}");
}

fn showmigrations_lists_the_apps_that_it_is_asked_for(kind: Kind) {
    let database = Database::empty(kind);
    let of_blog = said(&meadow(&database, &["showmigrations", "blog"]));
    assert_eq!(of_blog, "blog\n [ ] 0001_initial\n");
    let plan = said(&meadow(&database, &["showmigrations", "--plan", "admin"]));
    assert!(
        plan.contains("[ ]  auth.0001_initial") && !plan.contains("blog."),
        "the plan of an app has what the app needs and nothing else: {plan}"
    );
    let refused = meadow(&database, &["showmigrations", "blogg"]);
    assert!(
        !refused.status.success()
            && said(&refused).contains("No installed app with label 'blogg'."),
        "{}",
        said(&refused)
    );
}

on_both!(
    commands_speak_of_the_site,
    showmigrations_lists_the_apps_that_it_is_asked_for
);

#[test]
fn output_to_a_closed_pipe_ends_quietly() {
    let database = Database::empty(Kind::Sqlite);
    let mut command = Command::new(&*PROGRAM);
    crate::support::in_folder(&mut command, database.dir.path(), &database.url);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let done = command.arg("routes").stdout(writer).output().unwrap();
    assert_eq!(said(&done), "", "nothing is complained about");
    assert_eq!(done.status.code(), Some(141), "the exit code of SIGPIPE");
}

#[test]
fn commands_name_a_migration_whose_folders_were_deleted() {
    let database = Database::empty(Kind::Sqlite);
    let folder = tempfile::TempDir::new().unwrap();
    let here = folder.path();
    let states = here.join("migrations/state");
    fs::create_dir_all(&states).unwrap();
    let state = states.join("blog_0002_slug.json");
    fs::write(&state, "{\"tables\": []}").unwrap();
    let says = |expected: &str| {
        for (command, nothing) in [
            ("makemigrations", "nothing was written"),
            ("migrate", "nothing was changed"),
            ("showmigrations", "the list is not complete"),
        ] {
            let (is_done, text) = meadow_in(here, &database, &[command]);
            let expected =
                format!("{nothing}: the migration blog.0002_slug is missing, {expected}");
            assert!(
                !is_done && text.contains(&expected),
                "{command} should fail with {expected:?}: {text}"
            );
        }
    };
    says("but its state is there.");

    fs::remove_file(&state).unwrap();
    fs::write(states.join("blog.latest"), "0002_slug\n").unwrap();
    says("but ");
    assert!(
        !here.join("migrations/sqlite").exists(),
        "makemigrations should write no files"
    );
}

#[test]
fn makemigrations_writes_nothing_if_a_file_of_the_migration_exists() {
    let database = Database::empty(Kind::Sqlite);
    let folder = tempfile::TempDir::new().unwrap();
    let here = folder.path();
    let words = ["makemigrations", "blog", "--empty", "--name", "fill"];
    let (is_done, text) = meadow_in(here, &database, &words);
    assert!(is_done, "{text}");
    let scripts = here.join("migrations/sqlite/blog_0002_fill");
    for database in ["sqlite", "postgres"] {
        fs::remove_dir_all(here.join("migrations").join(database)).unwrap();
    }

    let (is_done, text) = meadow_in(here, &database, &words);
    assert!(!is_done && text.contains("nothing was written"), "{text}");
    assert!(!scripts.exists(), "no script may be written: {text}");
}
