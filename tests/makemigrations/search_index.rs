//! The option `search_index`: the migration that makes the index, and what a search finds with it.

use diesel::connection::SimpleConnection as _;
use nuages::db::introspection::tables;
use nuages::db::{Conn, Value};
use nuages::makemigrations::{Inspection, NewMigration, Vendor, drift};
use nuages::models::{
    AppConfig, ColumnPath, Condition, Lookup, Model as _, Query, SearchCandidates,
};

use super::cases::{BOTH, app, between, nobody};
use super::searching::{by_index, keys};
use super::site::{Database, texts};

pub(super) mod plain {
    //! Models without search indexes.

    #[nuages::model(app = "left")]
    pub struct Author {
        #[field(max_length = 90)]
        pub name: String,
    }

    #[nuages::model(app = "left")]
    pub struct Page {
        #[field(max_length = 90)]
        pub title: String,
        pub body: Option<String>,
        #[field(on_delete = "set_null")]
        pub author: Option<ForeignKey<Author>>,
    }
}

pub(super) mod indexed {
    //! The same models with search indexes.

    #[nuages::model(app = "left", search_index = ["name"])]
    pub struct Author {
        #[field(max_length = 90)]
        pub name: String,
    }

    #[nuages::model(app = "left", search_index = ["title", "body"])]
    pub struct Page {
        #[field(max_length = 90)]
        pub title: String,
        pub body: Option<String>,
        #[field(on_delete = "set_null")]
        pub author: Option<ForeignKey<Author>>,
    }
}

mod changed {
    //! The same with another name of a column, and a column that makes SQLite rebuild the table.

    #[nuages::model(app = "left", search_index = ["headline", "body"])]
    pub struct Page {
        #[field(max_length = 90, was = "title")]
        pub headline: String,
        pub body: Option<String>,
        #[field(on_delete = "set_null")]
        pub author: Option<ForeignKey<super::indexed::Author>>,
        #[field(max_length = 9, default = "new")]
        pub status: String,
    }

    pub(crate) mod rebuilt {
        #[nuages::model(app = "left", search_index = ["title", "body"])]
        pub struct Page {
            #[field(max_length = 90)]
            pub title: String,
            pub body: Option<String>,
            #[field(on_delete = "set_null")]
            pub author: Option<ForeignKey<super::super::indexed::Author>>,
            #[field(max_length = 9, default = "new")]
            pub status: String,
        }
    }
}

fn plain_apps() -> [AppConfig; 1] {
    [app("left", &[plain::Author::meta, plain::Page::meta])]
}

fn indexed_apps() -> [AppConfig; 1] {
    [app("left", &[indexed::Author::meta, indexed::Page::meta])]
}

/// Returns the migration to the tables, and the one to the indexes.
pub(super) fn indexing() -> [NewMigration; 2] {
    let [mut first, mut second] = between(&plain_apps(), &indexed_apps(), &nobody()).unwrap();
    [first.remove(0), second.remove(0)]
}

#[test]
fn the_migration_can_be_reversed_and_a_second_run_finds_nothing() {
    let [first, second] = indexing();
    assert_eq!(
        second.descriptions(),
        [
            "+ Create search index on field(s) name of model author",
            "+ Create search index on field(s) title, body of model page"
        ]
    );
    let [_, none] = between(&indexed_apps(), &indexed_apps(), &nobody()).unwrap();
    assert!(
        none.is_empty(),
        "a second run should find nothing: {none:?}"
    );
    let [_, removed] = between(&indexed_apps(), &plain_apps(), &nobody()).unwrap();
    assert_eq!(
        removed[0].descriptions(),
        [
            "- Remove search index from author",
            "- Remove search index from page"
        ]
    );

    for vendor in BOTH {
        let Some(database) = Database::new(vendor) else {
            continue;
        };
        let before = |conn: &mut Conn| schema(conn, vendor);
        database.apply(&first);
        let without = before(&mut database.connect());
        database.apply(&second);
        assert_ne!(before(&mut database.connect()), without, "{vendor:?}");
        database.apply(&removed[0]);
        assert_eq!(
            before(&mut database.connect()),
            without,
            "{vendor:?}: removed"
        );
        database.reverse(&removed[0]);
        database.reverse(&second);
        assert_eq!(
            before(&mut database.connect()),
            without,
            "{vendor:?}: reversed"
        );
    }
}

/// Returns the names of everything whose name begins with `nuages_search_`.
fn schema(conn: &mut Conn, vendor: Vendor) -> Vec<String> {
    texts(
        conn,
        match vendor {
            Vendor::Sqlite => {
                "SELECT name FROM sqlite_master WHERE name LIKE 'nuages_search_%' ORDER BY name"
            }
            Vendor::Postgres => {
                "SELECT relname::text FROM pg_class WHERE relname LIKE 'nuages_search_%' ORDER BY relname"
            }
        },
    )
}

#[test]
fn the_index_survives_a_rebuild_and_the_rename_of_a_column() {
    let rebuilt = [app(
        "left",
        &[indexed::Author::meta, changed::rebuilt::Page::meta],
    )];
    let renamed = [app("left", &[indexed::Author::meta, changed::Page::meta])];
    let finds = [
        (&rebuilt, changed::rebuilt::Page::meta(), "title"),
        (&renamed, changed::Page::meta(), "headline"),
    ];
    for (after, model, column) in finds {
        let questioner = nuages::makemigrations::Questioner {
            not_renamed: vec!["left.page.status".to_owned()],
            ..nobody()
        };
        let [first, second] = between(&indexed_apps(), after, &questioner).unwrap();
        for vendor in BOTH {
            let Some(database) = Database::new(vendor) else {
                continue;
            };
            database.apply(&first[0]);
            let conn = &mut database.connect();
            conn.batch_execute("INSERT INTO left_page (title) VALUES ('Amber lamp')")
                .unwrap();
            database.apply(&second[0]);
            let insert =
                format!("INSERT INTO left_page ({column}, status) VALUES ('Oak lamp', 'x')");
            conn.batch_execute(&insert).unwrap();

            let query = Query::new(model).filter(Condition::All(vec![Condition::Any(vec![
                Condition::Is {
                    path: ColumnPath::own(column),
                    lookup: Lookup::IContains,
                    values: vec![Value::Text("LAMP".to_owned())],
                },
            ])]));
            let found = query.search_candidates(conn, 10).unwrap();
            let Some(SearchCandidates::Few(narrow)) = found else {
                panic!("{vendor:?}: no index on {column}: {found:?}");
            };
            assert_eq!(
                keys(conn, &query.filter(narrow)),
                [1, 2],
                "{vendor:?}: {column}"
            );
        }
    }
}

#[test]
fn check_and_inspectdb_know_the_index() {
    for vendor in BOTH {
        let Some(database) = Database::new(vendor) else {
            continue;
        };
        let [first, second] = indexing();
        database.apply(&first);
        let conn = &mut database.connect();
        let missing = drift(conn, &indexed_apps()).unwrap();
        assert_eq!(missing.len(), 2, "{vendor:?}: {missing:?}");
        assert!(
            missing[1].contains("the search index on (title, body) is missing"),
            "{missing:?}"
        );

        database.apply(&second);
        let none = drift(conn, &indexed_apps()).unwrap();
        assert!(none.is_empty(), "{vendor:?}: {none:?}");
        let all = tables(conn).unwrap();
        let wanted: Vec<_> = all
            .iter()
            .filter(|table| table.name.starts_with("left_"))
            .collect();
        let module = Inspection {
            all: &all,
            apps: &["left"],
            is_postgres: vendor == Vendor::Postgres,
        };
        let module = module.module(&wanted);
        assert!(
            module.contains("search_index = [\"title\", \"body\"]"),
            "{vendor:?}: {module}"
        );
        assert!(!module.contains("nuages_search"), "{vendor:?}: {module}");

        if vendor == Vendor::Sqlite {
            // A program that makes the table anew drops the triggers.
            conn.batch_execute("DROP TRIGGER nuages_search_left_page_update")
                .unwrap();
            let lost = drift(conn, &indexed_apps()).unwrap();
            assert!(lost[0].contains("dropped its triggers"), "{lost:?}");
            assert_eq!(
                by_index(conn, &["lamp"], false, 10),
                None,
                "an old index is not used"
            );
        }
    }
}

#[test]
fn migrate_says_who_may_create_the_extension() {
    let Some(database) = Database::new(Vendor::Postgres) else {
        return;
    };
    let [first, second] = indexing();
    database.apply(&first);
    let conn = &mut database.connect();
    let script = super::site::compiled(&second).postgres.up;
    conn.batch_execute(
        "DROP ROLE IF EXISTS nobody_special; CREATE ROLE nobody_special; SET ROLE nobody_special",
    )
    .unwrap();
    let error = conn.batch_execute(script).unwrap_err().to_string();
    conn.batch_execute("RESET ROLE; DROP ROLE nobody_special")
        .unwrap();
    assert!(
        error.contains("Let a superuser run CREATE EXTENSION pg_trgm in this database"),
        "{error}"
    );
}
