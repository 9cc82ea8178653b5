//! The Django version that applies: set, or detected from the database.

use diesel::prelude::*;
use nuages::db::Conn;
use nuages::schema::auth_user;

use crate::support::{ALICE, BOB, CHARLIE, Database, Kind, nuages};

/// Returns the line of `nuages check` about the version, with these variables set.
fn checked(database: &Database, variables: &[(&str, &str)]) -> String {
    let mut command = nuages(database.dir.path(), &database.url);
    let done = command
        .arg("check")
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(
        done.status.success(),
        "check must find nothing wrong, but said {said}"
    );
    said.lines()
        .find(|line| line.starts_with("Django version"))
        .unwrap_or_default()
        .to_owned()
}

fn give_hash(conn: &mut Conn, username: &str, rounds: u32) {
    let hash = format!(
        "pbkdf2_sha256${rounds}$abcdefghijklmnopqrstuv$RQsDuUkUYsVKKMGEVf7KhP1xnDLlZ9RiOO63KN0aAbE="
    );
    let user = auth_user::table.filter(auth_user::username.eq(username));
    diesel::update(user)
        .set(auth_user::password.eq(hash))
        .execute(conn)
        .unwrap();
}

fn record_migration(conn: &mut Conn, app: &str, name: &str) {
    let sql = format!(
        "INSERT INTO django_migrations (app, name, applied) VALUES ('{app}', '{name}', '2026-01-01 00:00:00')"
    );
    diesel::sql_query(sql).execute(conn).unwrap();
}

fn check_prints_the_django_version_and_where_it_comes_from(kind: Kind) {
    let database = Database::migrated(kind);
    let conn = &mut database.connect();
    let expect = |variables: &[(&str, &str)], version: &str, source: &str| {
        let line = checked(&database, variables);
        let expected = format!("Django version: {version} ({source}");
        assert!(
            line.starts_with(&expected),
            "expected {expected:?}, but check printed {line:?}"
        );
    };
    expect(&[], "5.2", "assumed");

    for persona in [&ALICE, &BOB, &CHARLIE] {
        persona.save(conn);
    }
    expect(&[], "5.2", "told from the password hashes");

    give_hash(conn, "alice", 1_200_000);
    expect(&[], "6.0", "told from the password hashes");
    give_hash(conn, "bob", 1_500_000);
    expect(&[], "6.1", "told from the password hashes");
    expect(&[("DJANGO_VERSION", "6.0")], "6.0", "set by DJANGO_VERSION");

    // These numbers of rounds belong to no version.
    give_hash(conn, "alice", 1_234_567);
    give_hash(conn, "bob", 2_000_000);
    expect(&[], "5.2", "told from the password hashes");

    record_migration(conn, "catalog", "0099_ours");
    expect(&[], "5.2", "told from the password hashes");
    record_migration(conn, "auth", "0013_of_the_future");
    expect(&[], "6.1", "told from a newer migration");
}

fn an_unknown_django_version_is_refused_with_the_known_ones(kind: Kind) {
    let database = Database::migrated(kind);
    let done = nuages(database.dir.path(), &database.url)
        .arg("check")
        .env("DJANGO_VERSION", "4.2")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(
        !done.status.success() && said.contains("5.2, 6.0 or 6.1"),
        "expected the known versions, but it said {said}"
    );
}

on_both!(
    check_prints_the_django_version_and_where_it_comes_from,
    an_unknown_django_version_is_refused_with_the_known_ones
);
