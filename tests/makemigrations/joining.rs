//! Migrations of two branches, and several migrations in one.

use nuages::db::Conn;
use nuages::db::migrations::{Migration, Script, Target, apply, locked, steps};
use nuages::makemigrations::{ProjectState, Questioner, Squashed, conflicting, merge};
use nuages::models::{AppConfig, Model as _};

use super::cases::{BOTH, app, between, filled, nobody};
use super::migrations;
use super::site::{Database, compiled};

#[test]
fn migrations_of_two_branches_are_merged_unless_both_change_the_same_field() {
    let [first, second] = migrations();
    let mut branch = compiled(&second);
    branch.name = "0002_other";
    branch.stands_for = &["0002_other"];
    // The other branch only adds an index to Notice's table.
    let other = first.state.to_json().replacen(
        "\"text\",\"type\":\"text\"",
        "\"text\",\"type\":\"text\",\"db_index\":true",
        1,
    );
    branch.state = Some(Box::leak(other.into_boxed_str()));
    let mut with_author = compiled(&second);
    with_author.name = "0002_second";
    with_author.stands_for = &["0002_second"];
    let author_state = first.state.to_json().replacen(
        "\"varchar(254)\",\"null\":true",
        "\"varchar(99)\",\"null\":true",
        1,
    );
    with_author.state = Some(Box::leak(author_state.into_boxed_str()));

    let of = |migrations: Vec<Migration>| AppConfig {
        label: "shelf",
        verbose_name: "Shelf",
        models: &[],
        migrations: Vec::leak(migrations),
    };
    let app = of(vec![compiled(&first), branch, with_author]);
    assert_eq!(conflicting(&app), ["0002_other", "0002_second"]);
    let merged = merge(&app).unwrap().expect("two branches");
    assert_eq!(merged.name, "0003_merge_0002_other_0002_second");
    let json = merged.state.to_json();
    assert!(
        json.contains("\"db_index\":true") && json.contains("varchar(99)"),
        "both changes are in the state"
    );

    let mut clash = with_author;
    clash.name = "0002_clash";
    clash.stands_for = &["0002_clash"];
    let state = first.state.to_json().replacen(
        "\"varchar(254)\",\"null\":true",
        "\"varchar(77)\",\"null\":true",
        1,
    );
    clash.state = Some(Box::leak(state.into_boxed_str()));
    let error = merge(&of(vec![compiled(&first), with_author, clash]))
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("shelf.author.email"),
        "the error names the field: {error}"
    );
}

#[test]
fn a_squashed_migration_makes_the_same_tables_and_stands_for_the_old_ones() {
    let before = [app("left", &[filled::before::Note::meta])];
    let after = [app("left", &[filled::Note::meta])];
    let given = Questioner {
        defaults: vec!["left.note.kind=plain".to_owned()],
        ..nobody()
    };
    let [first, second] = between(&before, &after, &given).unwrap();
    let old = [compiled(&first[0]), compiled(&second[0])];
    let folder = tempfile::TempDir::new().unwrap();
    Squashed {
        app: "left",
        name: "0002_squashed".to_owned(),
        migrations: &[&old[0], &old[1]],
        state: second[0].state.clone(),
    }
    .write(folder.path())
    .unwrap();
    let read = |file: &str| -> &'static str {
        let text = std::fs::read_to_string(folder.path().join(file)).unwrap();
        Box::leak(text.into_boxed_str())
    };
    let script = |database: &str| Script {
        up: read(&format!("{database}/left_0002_squashed/up.sql")),
        down: read(&format!("{database}/left_0002_squashed/down.sql")),
    };
    let squashed = Migration {
        app: "left",
        name: "0002_squashed",
        folder: "migrations",
        stands_for: Vec::leak(vec![old[0].name, old[1].name]),
        sqlite: script("sqlite"),
        postgres: script("postgres"),
        state: Some(read("state/left_0002_squashed.json")),
        code: None,
    };
    let all = [old[0], old[1], squashed];
    let labels = |conn: &mut Conn| -> Vec<String> {
        let steps = steps(conn, &all, Target::Everything).unwrap();
        steps.forwards.iter().map(|one| one.label()).collect()
    };

    for vendor in BOTH {
        let Some(fresh) = Database::new(vendor) else {
            return;
        };
        assert_eq!(
            labels(&mut fresh.connect()),
            ["left.0002_squashed"],
            "nothing applied: the new one"
        );
        let conn = &mut fresh.connect();
        locked(conn, |conn| apply(conn, &[&all[2]])).unwrap();
        assert!(labels(conn).is_empty());

        let halfway = Database::new(vendor).unwrap();
        let conn = &mut halfway.connect();
        locked(conn, |conn| apply(conn, &[&all[0]])).unwrap();
        assert_eq!(
            labels(conn),
            [old[1].label()],
            "halfway: the old ones go on"
        );
        locked(conn, |conn| apply(conn, &[&all[1]])).unwrap();
        assert!(labels(conn).is_empty(), "all old ones: nothing to do");
    }
}

#[test]
fn branches_are_not_merged_if_one_makes_a_table_anew_that_the_other_changed() {
    let [first, second] = migrations();
    let branch = |name: &'static str, old: &str, new: &str| {
        let state = first.state.to_json().replacen(old, new, 1);
        Migration {
            name,
            stands_for: Vec::leak(vec![name]),
            state: Some(Box::leak(state.into_boxed_str())),
            ..compiled(&second)
        }
    };
    let born = branch(
        "0002_born",
        "\"born\",\"column\":\"born\",\"type\":\"date\",\"null\":true",
        "\"born\",\"column\":\"born\",\"type\":\"date\",\"null\":true,\"db_index\":true",
    );
    let email = branch(
        "0002_email",
        "\"varchar(254)\",\"null\":true",
        "\"varchar(99)\",\"null\":true",
    );
    let app = AppConfig {
        label: "shelf",
        verbose_name: "Shelf",
        models: &[],
        migrations: Vec::leak(vec![compiled(&first), born, email]),
    };

    let error = merge(&app).unwrap_err().to_string();
    assert!(
        error.contains("shelf.Author") && error.contains("makes the table anew"),
        "the new table of one branch would lack the change of the other: {error}"
    );
}

#[test]
fn a_migration_that_is_missing_in_the_middle_is_named_before_anything_runs() {
    let before = [app("left", &[filled::before::Note::meta])];
    let after = [app("left", &[filled::Note::meta])];
    let given = Questioner {
        defaults: vec!["left.note.kind=plain".to_owned()],
        ..nobody()
    };
    let [first, second] = between(&before, &after, &given).unwrap();
    let start = ProjectState::read(&before)
        .unwrap()
        .after(&first)
        .after(&second);
    let third = start.empty("left").unwrap();
    let all = [compiled(&first[0]), compiled(&third)];

    for vendor in BOTH {
        let Some(database) = Database::new(vendor) else {
            return;
        };
        let conn = &mut database.connect();
        let error = steps(conn, &all, Target::Everything)
            .unwrap_err()
            .to_string();
        assert!(
            error.contains(
                "the migration left.0002_note_kind is missing, and left.0003_custom comes after it."
            ),
            "{vendor:?}: {error}"
        );
        let error = migrations_plan(conn, &all);
        assert!(
            error.contains("left.0002_note_kind is missing"),
            "{vendor:?}: showmigrations says so as well: {error}"
        );
    }
}

/// Returns the error of `showmigrations`.
fn migrations_plan(conn: &mut Conn, all: &[Migration]) -> String {
    nuages::db::migrations::plan(conn, all)
        .unwrap_err()
        .to_string()
}
