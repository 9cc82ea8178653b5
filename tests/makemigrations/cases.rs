//! Hard cases of migrations: what went wrong for others (shared/MIGRATIONS.md).

use diesel::connection::SimpleConnection as _;
use nuages::db::Conn;
use nuages::db::migrations::{
    Code, Migration, Script, Target, apply, apply_in_steps, locked, reverse, steps,
};
use nuages::makemigrations::{NewMigration, ProjectState, Questioner, Vendor};
use nuages::models::{AppConfig, Model as _};

use super::site::{Database, compiled, texts};
use super::{V1, V2, answers, migrations};

pub(super) const BOTH: [Vendor; 2] = [Vendor::Sqlite, Vendor::Postgres];

mod circle {
    //! Two apps that refer to each other.

    #[nuages::model(app = "left")]
    pub struct Hand {
        #[field(max_length = 10)]
        pub name: String,
        #[field(on_delete = "set_null")]
        pub other: Option<ForeignKey<Glove>>,
    }

    #[nuages::model(app = "right")]
    pub struct Glove {
        #[field(on_delete = "cascade")]
        pub hand: ForeignKey<Hand>,
    }
}

mod moved {
    //! The model of the app `left`, in the app `right`.

    #[nuages::model(app = "right", db_table = "left_note")]
    pub struct Note {
        pub text: String,
    }

    #[nuages::model(app = "right", label = "right.Note", db_table = "right_note")]
    pub struct NoteInNewTable {
        pub text: String,
    }

    pub(crate) mod before {
        #[nuages::model(app = "left")]
        pub struct Note {
            pub text: String,
        }
    }
}

pub(super) mod filled {
    //! A column that is new and may not be NULL.

    pub(crate) mod before {
        #[nuages::model(app = "left")]
        pub struct Note {
            pub text: String,
        }
    }

    #[nuages::model(app = "left")]
    pub struct Note {
        pub text: String,
        #[field(max_length = 10)]
        pub kind: String,
    }

    pub(crate) mod unique {
        use nuages::db::Uuid;

        fn random() -> Uuid {
            Uuid(uuid::Uuid::new_v4())
        }

        #[nuages::model(app = "left")]
        pub struct Note {
            pub text: String,
            #[field(unique, default = random)]
            pub key: Uuid,
        }
    }

    pub(crate) mod renamed {
        #[nuages::model(app = "left")]
        pub struct Note {
            #[field(max_length = 90, was = "text")]
            pub body: String,
        }

        #[nuages::model(app = "left", was = "Note")]
        pub struct Memo {
            pub text: String,
        }
    }
}

pub(super) const fn app(
    label: &'static str,
    models: &'static [fn() -> &'static nuages::models::Meta],
) -> AppConfig {
    AppConfig {
        label,
        verbose_name: label,
        models,
        migrations: &[],
    }
}

pub(super) fn nobody() -> Questioner {
    Questioner {
        no_input: true,
        ..Questioner::default()
    }
}

/// Returns the migrations from the models of `before` to those of `after`.
pub(super) fn between(
    before: &[AppConfig],
    after: &[AppConfig],
    questioner: &Questioner,
) -> Result<[Vec<NewMigration>; 2], String> {
    let start = ProjectState::read(before).unwrap();
    let first = start.detect(before, &[], &nobody()).unwrap();
    let second = start
        .after(&first)
        .detect(after, &[], questioner)
        .map_err(|error| error.to_string())?;
    Ok([first, second])
}

#[test]
fn a_suspected_rename_without_an_answer_writes_nothing() {
    let start = ProjectState::read(&V1).unwrap();
    let first = start.detect(&V1, &[], &answers()).unwrap();
    let after = start.after(&first);
    let mut partly = answers();
    partly
        .renames
        .retain(|rename| !rename.contains("full_name"));

    let error = after.detect(&V2, &[], &partly).unwrap_err().to_string();
    assert!(
        error.contains("--rename shelf.author.name=full_name")
            && error.contains("--not-renamed shelf.author.full_name"),
        "the error names both answers: {error}"
    );
}

#[test]
fn a_column_without_a_default_needs_a_value_for_existing_rows() {
    let before = [app("left", &[filled::before::Note::meta])];
    let after = [app("left", &[filled::Note::meta])];
    let error = between(
        &before,
        &after,
        &Questioner {
            not_renamed: vec!["left.note.kind".to_owned()],
            ..nobody()
        },
    )
    .unwrap_err();
    assert!(error.contains("--default left.note.kind=VALUE"), "{error}");

    let given = Questioner {
        defaults: vec!["left.note.kind=plain".to_owned()],
        ..nobody()
    };
    let [first, second] = between(&before, &after, &given).unwrap();
    for vendor in BOTH {
        let Some(database) = Database::new(vendor) else {
            return;
        };
        database.apply(&first[0]);
        let insert = "INSERT INTO left_note (text) VALUES ('one')";
        database.connect().batch_execute(insert).unwrap();
        database.apply(&second[0]);
        let kinds = texts(&mut database.connect(), "SELECT kind FROM left_note");
        assert_eq!(kinds, ["plain"], "{vendor:?}");
    }
}

#[test]
fn a_unique_column_with_a_random_default_gets_another_value_in_each_row() {
    let before = [app("left", &[filled::before::Note::meta])];
    let after = [app("left", &[filled::unique::Note::meta])];
    let [first, second] = between(&before, &after, &nobody()).unwrap();
    for vendor in BOTH {
        let Some(database) = Database::new(vendor) else {
            return;
        };
        database.apply(&first[0]);
        let insert = "INSERT INTO left_note (text) VALUES ('one'), ('two')";
        database.connect().batch_execute(insert).unwrap();
        database.apply(&second[0]);
        let keys = texts(
            &mut database.connect(),
            "SELECT DISTINCT CAST(key AS text) FROM left_note",
        );
        assert_eq!(keys.len(), 2, "{vendor:?}: {keys:?}");
    }
}

#[test]
fn a_field_may_be_renamed_and_changed_at_once() {
    let before = [app("left", &[filled::before::Note::meta])];
    let after = [app("left", &[filled::renamed::Note::meta])];
    let [first, second] = between(&before, &after, &nobody()).unwrap();
    for vendor in BOTH {
        let Some(database) = Database::new(vendor) else {
            return;
        };
        database.apply(&first[0]);
        let insert = "INSERT INTO left_note (text) VALUES ('one')";
        database.connect().batch_execute(insert).unwrap();
        database.apply(&second[0]);
        assert_eq!(
            texts(&mut database.connect(), "SELECT body FROM left_note"),
            ["one"],
            "{vendor:?}"
        );
        database.reverse(&second[0]);
        assert_eq!(
            texts(&mut database.connect(), "SELECT text FROM left_note"),
            ["one"],
            "{vendor:?}"
        );
    }
}

#[test]
fn a_declaration_may_name_the_old_name_of_its_model() {
    let before = [app("left", &[filled::before::Note::meta])];
    let after = [app("left", &[filled::renamed::Memo::meta])];
    let [_, second] = between(&before, &after, &nobody()).unwrap();
    assert_eq!(second[0].descriptions(), ["~ Rename model Note to Memo"]);
}

#[test]
fn a_renamed_model_keeps_its_content_type_and_permissions() {
    let [first, second] = migrations();
    for vendor in BOTH {
        let Some(database) = Database::with_users(vendor) else {
            return;
        };
        database.apply(&first);
        database
            .connect()
            .batch_execute(
                "INSERT INTO django_content_type (id, app_label, model) VALUES (70, 'shelf', 'tag');
                 INSERT INTO auth_permission (name, content_type_id, codename) VALUES ('Can add tag', 70, 'add_tag');",
            )
            .unwrap();
        database.apply(&second);
        let conn = &mut database.connect();
        assert_eq!(
            texts(
                conn,
                "SELECT model || ' ' || codename || ' ' || name FROM auth_permission p JOIN django_content_type c ON c.id = p.content_type_id WHERE c.id = 70"
            ),
            ["label add_label Can add label"],
            "{vendor:?}"
        );
    }
}

#[test]
fn a_model_that_moves_to_another_app_keeps_its_rows() {
    let before = [app("left", &[moved::before::Note::meta]), app("right", &[])];
    let after = [app("left", &[]), app("right", &[moved::Note::meta])];
    let [first, second] = between(&before, &after, &nobody()).unwrap();
    for migration in &second {
        for vendor in BOTH {
            let script = migration.script(vendor, false);
            assert!(
                !script.contains("DROP TABLE") && !script.contains("CREATE TABLE"),
                "{script}"
            );
        }
    }
    assert_eq!((first.len(), second.len()), (1, 2));

    let elsewhere = [
        app("left", &[]),
        app("right", &[moved::NoteInNewTable::meta]),
    ];
    let error = between(&before, &elsewhere, &nobody()).unwrap_err();
    assert!(
        error.contains("db_table = \"left_note\""),
        "the error names the remedy: {error}"
    );
}

#[test]
fn apps_that_refer_to_each_other_get_their_foreign_keys_in_a_second_migration() {
    let apps = [
        app("left", &[circle::Hand::meta]),
        app("right", &[circle::Glove::meta]),
    ];
    let start = ProjectState::read(&apps).unwrap();
    let all = start.detect(&apps, &[], &nobody()).unwrap();
    let names: Vec<String> = all
        .iter()
        .map(|one| format!("{}.{}", one.app, one.name))
        .collect();
    assert_eq!(
        names,
        [
            "left.0001_initial",
            "right.0001_initial",
            "left.0002_hand_other"
        ]
    );
    let again = start.after(&all).detect(&apps, &[], &nobody()).unwrap();
    assert!(again.is_empty(), "a second run finds nothing");

    for vendor in BOTH {
        let Some(database) = Database::new(vendor) else {
            return;
        };
        // The program lists the apps in another order than their dependencies.
        let mut compiled: Vec<Migration> = all.iter().map(compiled).collect();
        compiled.sort_by(|one, other| other.app.cmp(one.app).then(one.name.cmp(other.name)));
        let conn = &mut database.connect();
        let forwards = steps(conn, &compiled, Target::Everything).unwrap().forwards;
        locked(conn, |conn| apply(conn, &forwards)).unwrap();
        let keys = match vendor {
            Vendor::Sqlite => {
                "SELECT CAST(count(*) AS text) FROM pragma_foreign_key_list('left_hand')"
            }
            Vendor::Postgres => {
                "SELECT count(*)::text FROM pg_constraint WHERE contype = 'f' AND conrelid = 'left_hand'::regclass"
            }
        };
        assert_eq!(texts(conn, keys), ["1"], "{vendor:?}");

        let back = steps(conn, &compiled, Target::Zero("right"))
            .unwrap()
            .backwards;
        let labels: Vec<String> = back.iter().map(|one| one.label()).collect();
        assert_eq!(
            labels,
            ["left.0002_hand_other", "right.0001_initial"],
            "dependents go first"
        );
    }
}

#[test]
fn a_rebuild_on_sqlite_keeps_what_no_declaration_knows() {
    let [first, second] = migrations();
    let database = Database::with_users(Vendor::Sqlite).unwrap();
    database.apply(&first);
    database
        .connect()
        .batch_execute(
            "INSERT INTO shelf_author (id, name) VALUES (41, 'Ann'), (42, 'Bo'); DELETE FROM shelf_author WHERE id = 42;
             CREATE TABLE log (text text);
             CREATE TRIGGER on_author AFTER INSERT ON shelf_author BEGIN INSERT INTO log VALUES ('new'); END;
             CREATE INDEX by_hand ON shelf_author (born, account_id);
             CREATE VIEW all_authors AS SELECT id, born FROM shelf_author;",
        )
        .unwrap();
    // A condition that somebody wrote into the table.
    let conn = &mut database.connect();
    conn.batch_execute(
        "PRAGMA writable_schema = ON;
         UPDATE sqlite_master SET sql = replace(sql, '\"born\" date NULL', '\"born\" date NULL CHECK (born > ''1000-01-01'')') WHERE name = 'shelf_author';
         PRAGMA writable_schema = RESET;",
    )
    .unwrap();
    database.apply(&second);

    let conn = &mut database.connect();
    conn.batch_execute(
        "INSERT INTO shelf_author (full_name, email, country) VALUES ('Cy', '', 'FR')",
    )
    .unwrap();
    assert_eq!(
        texts(conn, "SELECT CAST(max(id) AS text) FROM shelf_author"),
        ["43"],
        "the counter goes on"
    );
    assert_eq!(
        texts(conn, "SELECT text FROM log"),
        ["new"],
        "the trigger is there"
    );
    assert_eq!(
        texts(
            conn,
            "SELECT name FROM sqlite_master WHERE name = 'by_hand'"
        ),
        ["by_hand"],
        "the index is there"
    );
    assert_eq!(
        texts(conn, "SELECT CAST(count(*) AS text) FROM all_authors"),
        ["2"],
        "the view is there"
    );
    let refused = conn.batch_execute("UPDATE shelf_author SET born = '0900-01-01'");
    assert!(
        refused.unwrap_err().to_string().contains("CHECK"),
        "the condition is there"
    );
}

fn script(up: &'static str) -> Migration {
    Migration {
        app: "shelf",
        name: "0003_custom",
        folder: "migrations",
        stands_for: &["0003_custom"],
        sqlite: Script { up: "", down: "" },
        postgres: Script { up, down: "" },
        state: None,
        code: None,
    }
}

#[test]
fn an_index_that_stopped_halfway_is_built_again_without_a_transaction() {
    let Some(database) = Database::new(Vendor::Postgres) else {
        return;
    };
    let conn = &mut database.connect();
    conn.batch_execute("CREATE TABLE doubles (x int); INSERT INTO doubles VALUES (1), (1)")
        .unwrap();
    let migration = script(
        "-- atomic: false\nCREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS only_once ON doubles (x);",
    );

    let error = apply_in_steps(conn, &[&migration]).unwrap_err().to_string();
    assert!(error.contains("shelf.0003_custom"), "{error}");
    conn.batch_execute("DELETE FROM doubles").unwrap();
    apply_in_steps(conn, &[&migration]).unwrap();
    assert_eq!(
        texts(
            conn,
            "SELECT indisvalid::text FROM pg_index WHERE indexrelid = 'only_once'::regclass"
        ),
        ["true"]
    );
}

#[test]
fn a_data_migration_in_rust_runs_in_the_transaction_and_may_have_no_way_back() {
    let [first, _] = migrations();
    for vendor in BOTH {
        let Some(database) = Database::with_users(vendor) else {
            return;
        };
        database.apply(&first);
        let fill = |conn: &mut Conn| {
            conn.batch_execute("INSERT INTO shelf_notice (text) VALUES ('filled')")?;
            Ok(())
        };
        let migration = script("").with_code(Code {
            forwards: fill,
            backwards: None,
        });
        let conn = &mut database.connect();
        locked(conn, |conn| apply(conn, &[&migration])).unwrap();
        assert_eq!(texts(conn, "SELECT text FROM shelf_notice"), ["filled"]);
        let error = locked(conn, |conn| reverse(conn, &[&migration]))
            .unwrap_err()
            .to_string();
        assert!(error.contains("cannot be reversed"), "{error}");
    }
}

#[test]
fn later_migrations_of_a_live_django_stop_ours() {
    let [first, second] = migrations();
    for vendor in BOTH {
        let Some(database) = Database::with_users(vendor) else {
            return;
        };
        database.apply(&first);
        let conn = &mut database.connect();
        conn.batch_execute("INSERT INTO django_migrations (app, name, applied) VALUES ('shelf', '0002_by_django', '2026-01-01 00:00:00')").unwrap();
        let all = [compiled(&first), compiled(&second)];
        let error = steps(conn, &all, Target::Everything)
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("0002_by_django") && error.contains("Nothing was changed"),
            "{error}"
        );
    }
}
