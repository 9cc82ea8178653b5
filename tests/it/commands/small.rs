//! Commands that print messages, and their errors.

use crate::shop::orders::models::{orders_order, orders_orderitem};
use crate::shop::schema::catalog_product;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use nuages::auth::User;
use nuages::schema::auth_user;

use crate::support::{Database, Kind, Process, nuages, product};

fn said(output: &std::process::Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

fn check_finds_nothing_on_a_migrated_database(kind: Kind) {
    let done = Database::migrated(kind).nuages(&["check"]);
    assert!(
        done.status.success() && said(&done).contains("no issues"),
        "{}",
        said(&done)
    );
    let done = Database::empty(kind).nuages(&["check"]);
    assert_eq!(done.status.code(), Some(1));
    assert!(said(&done).contains("nuages migrate"), "{}", said(&done));
}

fn a_database_without_the_tables_of_nuages_shows_its_products_and_is_reported(kind: Kind) {
    let database = Database::migrated(kind);
    assert!(
        database
            .nuages(&["migrate", "nuages", "zero", "--no-input"])
            .status
            .success()
    );
    let done = database.nuages(&["check"]);
    assert_eq!(done.status.code(), Some(1), "{}", said(&done));
    assert!(said(&done).contains("nuages migrate"), "{}", said(&done));
    product("Lamp").save(&mut database.connect());
    let site = Process::start(&database, &[]);
    assert!(site.client().get("/products/").shows(&["Lamp"]));
    assert!(
        site.log().contains("Run `nuages migrate`"),
        "{}",
        site.log()
    );
}

fn createsuperuser_creates_a_user_from_the_environment(kind: Kind) {
    let database = Database::migrated(kind);
    let run = || {
        nuages(database.dir.path(), &database.url)
            .args([
                "createsuperuser",
                "--noinput",
                "--username",
                "ann",
                "--email",
                "Ann@EXAMPLE.com",
            ])
            .env("DJANGO_SUPERUSER_PASSWORD", "correct horse")
            .output()
            .unwrap()
    };
    let done = run();
    assert!(done.status.success(), "{}", said(&done));
    let user = User::find_by_username(&mut database.connect(), "ann")
        .unwrap()
        .unwrap();
    assert!(user.is_superuser && user.is_staff && user.is_active);
    assert_eq!(user.email, "Ann@example.com");
    assert!(user.password.starts_with("pbkdf2_sha256$1000000$"));
    let again = run();
    assert_eq!(again.status.code(), Some(1));
    assert!(said(&again).contains("already taken"), "{}", said(&again));
    for (name, email) in [("a b", "a@b.c"), ("bob", "nonsense"), ("", "a@b.c")] {
        let done = database.nuages(&[
            "createsuperuser",
            "--noinput",
            "--username",
            name,
            "--email",
            email,
        ]);
        assert_eq!(done.status.code(), Some(1), "{name} {email}");
    }
    assert_eq!(
        auth_user::table.count().get_result(&mut database.connect()),
        Ok(1_i64)
    );
}

fn createsuperuser_uses_the_hasher_of_the_settings(kind: Kind) {
    let database = Database::migrated(kind);
    let run = |hasher: &str| {
        nuages(database.dir.path(), &database.url)
            .args([
                "createsuperuser",
                "--noinput",
                "--username",
                "ann",
                "--email",
                "",
            ])
            .env("DJANGO_SUPERUSER_PASSWORD", "correct horse")
            .env("PASSWORD_HASHER", hasher)
            .output()
            .unwrap()
    };
    let done = run("md5");
    assert!(
        !done.status.success() && said(&done).contains("pbkdf2_sha256, pbkdf2_sha1, argon2"),
        "{}",
        said(&done)
    );
    assert!(run("argon2").status.success());
    let user = User::find_by_username(&mut database.connect(), "ann")
        .unwrap()
        .unwrap();
    assert!(
        user.password.starts_with("argon2$argon2id$"),
        "{}",
        user.password
    );
}

fn seed_fills_an_empty_shop_once(kind: Kind) {
    let database = Database::migrated(kind);
    let done = database.nuages(&["seed", "--products", "1500", "--orders", "1200"]);
    assert!(done.status.success(), "{}", said(&done));
    let conn = &mut database.connect();
    assert_eq!(
        catalog_product::table.count().get_result(conn),
        Ok(1500_i64)
    );
    assert_eq!(orders_order::table.count().get_result(conn), Ok(1200_i64));
    assert_eq!(
        orders_orderitem::table.count().get_result(conn),
        Ok(2400_i64)
    );
    // New rows get primary keys after those in the fixture.
    let again = database.nuages(&["seed", "--products", "1", "--orders", "1"]);
    assert_eq!(again.status.code(), Some(1));
    assert!(said(&again).contains("1500 products"));
}

on_both!(
    check_finds_nothing_on_a_migrated_database,
    a_database_without_the_tables_of_nuages_shows_its_products_and_is_reported,
    createsuperuser_creates_a_user_from_the_environment,
    createsuperuser_uses_the_hasher_of_the_settings,
    seed_fills_an_empty_shop_once
);

#[test]
fn routes_prints_the_access_rule_of_each_url() {
    let done = Database::empty(Kind::Sqlite).nuages(&["routes"]);
    let text = said(&done);
    assert!(done.status.success());
    for url in [
        "/products/",
        "/categories/",
        "/sitemap.xml",
        "/static/{path:.*}",
    ] {
        let line = text
            .lines()
            .find(|line| line.split_whitespace().next() == Some(url))
            .unwrap_or_else(|| panic!("{url}: {text}"));
        assert!(
            line.contains("GET, HEAD") && line.contains("public"),
            "{line}"
        );
    }
    // Colours only on a terminal.
    assert!(!text.contains('\x1b'));
}

#[test]
fn wrong_settings_are_reported_before_the_start() {
    let database = Database::empty(Kind::Sqlite);
    let run = |name: &str, value: &str| {
        nuages(database.dir.path(), &database.url)
            .arg("runserver")
            .env(name, value)
            .output()
            .unwrap()
    };
    for (name, value, told) in [
        ("DEBUG", "maybe", "DEBUG=\"maybe\""),
        (
            "DATABASE_URL",
            "mysql://u:verysecret@h/x",
            "sqlite:///relative.db",
        ),
        ("SECRET_KEY", "", "SECRET_KEY is not set"),
        ("TIME_ZONE", "Mars", "Europe/Paris"),
    ] {
        let done = run(name, value);
        assert_eq!(done.status.code(), Some(1), "{name}");
        assert!(
            said(&done).contains(told) && !said(&done).contains("verysecret"),
            "{}",
            said(&done)
        );
    }
    assert_eq!(database.nuages(&["nonsense"]).status.code(), Some(2));
    assert!(said(&database.nuages(&["--help"])).contains("createsuperuser"));
    assert_eq!(
        said(&database.nuages(&["version"])).trim(),
        env!("CARGO_PKG_VERSION")
    );
}

#[test]
fn allowed_hosts_are_required_outside_the_loopback_interface() {
    let database = Database::migrated(Kind::Sqlite);
    let done = database.nuages(&["runserver", "0.0.0.0:0"]);
    assert_eq!(done.status.code(), Some(1));
    assert!(said(&done).contains("ALLOWED_HOSTS"), "{}", said(&done));
}

#[test]
fn a_database_that_cannot_be_reached_is_named() {
    let dir = tempfile::tempdir().unwrap();
    for url in [
        "postgres://nobody:verysecret@127.0.0.1:1/none",
        "sqlite:////no/such/folder/db.sqlite3",
    ] {
        let done = nuages(dir.path(), url).arg("migrate").output().unwrap();
        assert_eq!(done.status.code(), Some(1));
        assert!(
            said(&done).contains("cannot be reached") && !said(&done).contains("verysecret"),
            "{}",
            said(&done)
        );
    }
}

#[test]
fn a_dollar_in_dotenv_is_an_ordinary_character() {
    let database = Database::migrated(Kind::Sqlite);
    let dotenv = database.dir.path().join(".env");
    let run = |text: &str, words: &[&str]| {
        std::fs::write(&dotenv, text).unwrap();
        let mut command = nuages(database.dir.path(), &database.url);
        command
            .env_remove("SECRET_KEY")
            .env("DJANGO_SUPERUSER_PASSWORD", "correct horse")
            .args(words);
        said(&command.output().unwrap())
    };
    let superuser = ["createsuperuser", "--noinput"];
    let key = "SECRET_KEY=\"a$x7b\"\n";
    let made = run(
        &format!(
            "{key}DJANGO_SUPERUSER_USERNAME=a$x7b\nDJANGO_SUPERUSER_EMAIL=${{TLD:-a@b.example}}\n"
        ),
        &superuser,
    );
    assert!(
        made.contains("Enter a valid username"),
        "the $ must reach createsuperuser, which refuses it: {made}"
    );
    let made = run(
        &format!(
            "{key}N=ann\nDJANGO_SUPERUSER_USERNAME=${{N}}\nDJANGO_SUPERUSER_EMAIL=${{TLD:-a@b.example}}\n"
        ),
        &superuser,
    );
    assert!(made.contains("Superuser created"), "{made}");
    let user = User::find_by_username(&mut database.connect(), "ann")
        .unwrap()
        .expect("the user ${N}");
    assert_eq!(
        user.email, "a@b.example",
        "the default of ${{TLD:-a@b.example}}"
    );
}

#[test]
fn a_wrong_line_of_dotenv_is_named_without_its_value() {
    let database = Database::migrated(Kind::Sqlite);
    std::fs::write(
        database.dir.path().join(".env"),
        "DEBUG=0\nSECRET_KEY=\"verysecret\nX=1\n",
    )
    .unwrap();
    let done = database.nuages(&["check"]);
    assert_eq!(done.status.code(), Some(1), "{}", said(&done));
    assert!(
        said(&done).contains(".env: line 2 has a quote that is not closed"),
        "{}",
        said(&done)
    );
    assert!(
        !said(&done).contains("verysecret"),
        "the value must not be printed: {}",
        said(&done)
    );
    let done = nuages(database.dir.path(), "postgres//u:verysecret@h/x")
        .arg("check")
        .output()
        .unwrap();
    assert!(
        !said(&done).contains("verysecret"),
        "the password must not be printed: {}",
        said(&done)
    );
}

fn check_reports_a_generated_column_that_is_not_described(kind: Kind) {
    let database = Database::migrated(kind);
    let conn = &mut database.connect();
    conn.batch_execute(
        "DROP INDEX IF EXISTS catalog_tag_note; ALTER TABLE orders_order DROP COLUMN note",
    )
    .unwrap();
    let kept = if kind == Kind::Sqlite {
        "VIRTUAL"
    } else {
        "STORED"
    };
    conn.batch_execute(&format!(
        "ALTER TABLE orders_order ADD COLUMN note text GENERATED ALWAYS AS ('x' || number) {kept}"
    ))
    .unwrap();
    let done = database.nuages(&["check"]);
    assert_eq!(done.status.code(), Some(1), "{}", said(&done));
    assert!(
        said(&done).contains("orders.Order.note, generated:"),
        "{}",
        said(&done)
    );
    assert!(said(&done).contains("Add .generated()"), "{}", said(&done));
}

on_both!(check_reports_a_generated_column_that_is_not_described);
