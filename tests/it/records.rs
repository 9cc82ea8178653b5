//! `nuages::records`: saving, deleting and logging rows as a user, without any page.

use std::fs;

use diesel::prelude::*;
use nuages::auth::User;
use nuages::auth::permissions::Permissions;
use nuages::db::{Conn, Value};
use nuages::error::{Error, Result};
use nuages::models::{
    Assignment, FieldList, ManyToMany, Meta, Model as _, Query, Record, RelationTarget,
};
use nuages::records::{
    self, Actor, Done, Flag, Hooks, LinkChange, LogEntry, Policy, RecordChange, Writer,
};
use nuages::schema::auth_user;
use nuages::settings::{Env, Settings};

use crate::shop::catalog::models::Product;
use crate::shop::schema::catalog_product as product_table;
use crate::support::{ALICE, BOB, Database, Kind, Persona, product};

/// A database with a user, and a folder for files.
struct World {
    database: Database,
    conn: Conn,
    actor: Actor,
    settings: Settings,
}

impl World {
    fn new(kind: Kind, persona: &Persona) -> Self {
        let database = Database::migrated(kind);
        let mut conn = database.connect();
        let user = persona.save(&mut conn);
        let permissions = Permissions::load(&mut conn, &user).unwrap();
        let media = database.dir.path().join("media");
        let settings = Settings::read(&Env::from_pairs(&[
            ("SECRET_KEY", "x"),
            ("MEDIA_ROOT", media.to_str().unwrap()),
        ]));

        Self {
            database,
            conn,
            actor: Actor { user, permissions },
            settings: settings.unwrap(),
        }
    }

    /// Runs `work` in one transaction as the user.
    fn atomic<T>(
        &mut self,
        work: impl FnOnce(&mut Conn, &mut Writer<'_>) -> Result<T>,
    ) -> Result<T> {
        records::atomic(&mut self.conn, &self.actor, &self.settings, work)
    }

    /// Puts a file into `MEDIA_ROOT`.
    fn put_file(&self, path: &str) {
        let path = self.settings.media_root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "a picture").unwrap();
    }

    /// Returns the number of files in the folder of product pictures.
    fn count_files(&self) -> usize {
        fs::read_dir(self.settings.media_root.join("products")).map_or(0, Iterator::count)
    }

    fn product(&mut self, id: i64) -> Option<Record> {
        let row = Query::new(model()).with_pks(vec![id.into()]);
        let mut rows = row.records(&mut self.conn, None, 0).unwrap();
        rows.pop()
    }

    /// Returns flag, name and message of each history entry.
    fn history(&mut self) -> Vec<(i16, String, String)> {
        use nuages::schema::django_admin_log::dsl::{action_flag, django_admin_log, id};
        let entries: Vec<LogEntry> = django_admin_log
            .order((id, action_flag))
            .select(LogEntry::as_select())
            .load(&mut self.conn)
            .unwrap();
        let told = entries
            .into_iter()
            .map(|entry| (entry.action_flag, entry.object_repr, entry.change_message));
        told.collect()
    }
}

fn model() -> &'static Meta {
    Product::meta()
}

fn tags() -> &'static ManyToMany {
    model().many("tags").unwrap()
}

/// Returns the record of a product that is not saved yet.
fn new_record(category: i64) -> Record {
    let mut record = Record::new(model());
    // Products of tests have primary keys that PostgreSQL's sequence does not know of.
    record.set(product_table::id, 1000_i64);
    record.set(product_table::name, "Lamp");
    record.set(product_table::slug, "lamp");
    record.set(product_table::sku, "L-1");
    record.set(product_table::description, "");
    record.set(product_table::image, "");
    record.set(
        product_table::price,
        "10.00".parse::<nuages::db::Decimal>().unwrap(),
    );
    record.set(product_table::category_id, category);
    record
}

on_both!(
    choices_are_ordered_like_the_list_and_none_are_offered_beyond_the_limit,
    saving_a_new_row_writes_columns_stamps_links_and_history,
    saving_a_change_writes_only_the_columns_and_links_that_differ,
    saving_calls_the_hook_of_the_author_and_then_the_rules_of_the_model,
    a_failed_transaction_leaves_no_row_link_file_or_history,
    stored_files_stay_when_the_transaction_is_committed,
    neighbours_with_the_same_text_keep_their_order_in_the_history,
    deleting_calls_the_hook_and_writes_history_in_the_same_transaction,
    permissions_rows_and_lookups_are_decided_without_a_page,
    updating_many_rows_sets_no_stamps_and_writes_no_history,
);

fn saving_a_new_row_writes_columns_stamps_links_and_history(kind: Kind) {
    let mut world = World::new(kind, &ALICE);
    let other = product("Chair")
        .tag("red")
        .tag("blue")
        .save(&mut world.conn);
    let linked = tags()
        .linked_from(&mut world.conn, &other.id.into())
        .unwrap();
    let change = RecordChange {
        links: vec![LinkChange {
            field: tags(),
            before: &[],
            after: &linked,
        }],
        ..RecordChange::add(new_record(other.category_id))
    };

    let saved = world
        .atomic(|conn, writer| {
            let saved = writer.save(conn, Policy::new(model()), change)?;
            let name = saved.name(conn)?;
            writer.log(&saved, name, Flag::Addition, &[Done::Added]);
            Ok(saved)
        })
        .unwrap();

    let id = saved.pk().as_i64().unwrap();
    let stored = world.product(id).unwrap();
    assert_eq!(
        stored.get(product_table::name),
        Some(&Value::Text("Lamp".to_owned()))
    );
    let created = stored.get(product_table::created_at).unwrap();
    let updated = stored.get(product_table::updated_at).unwrap();
    assert!(!created.is_null(), "created_at is set to the present");
    assert!(!updated.is_null(), "updated_at is set to the present");
    let mut links = tags().linked_from(&mut world.conn, saved.pk()).unwrap();
    links.sort_by_key(|key| key.as_i64());
    assert_eq!(links, linked, "the new row has the tags of the other one");
    let entry = (1, "Lamp".to_owned(), r#"[{"added": {}}]"#.to_owned());
    assert_eq!(world.history(), [entry]);
}

fn saving_a_change_writes_only_the_columns_and_links_that_differ(kind: Kind) {
    let mut world = World::new(kind, &ALICE);
    let id = product("Lamp").stock(3).tag("red").save(&mut world.conn).id;
    let before = world.product(id).unwrap();
    let linked = tags().linked_from(&mut world.conn, before.pk()).unwrap();
    // Another transaction changes the stock after the row was read.
    let mut other = before.clone();
    other.set(product_table::stock, 9);
    other
        .update(&mut world.conn, &FieldList::new((product_table::stock,)))
        .unwrap();

    let mut after = before.clone();
    after.set(product_table::name, "Desk lamp");
    let change = RecordChange {
        links: vec![LinkChange {
            field: tags(),
            before: &linked,
            after: &[],
        }],
        ..RecordChange::update(&before, after)
    };
    world
        .atomic(|conn, writer| writer.save(conn, Policy::new(model()), change))
        .unwrap();

    let stored = world.product(id).unwrap();
    assert_eq!(
        stored.get(product_table::name),
        Some(&Value::Text("Desk lamp".to_owned()))
    );
    assert_eq!(
        stored.get(product_table::stock).and_then(Value::as_i64),
        Some(9),
        "the other change stays"
    );
    assert_ne!(
        stored.get(product_table::updated_at),
        before.get(product_table::updated_at),
        "auto_now is set"
    );
    assert_eq!(
        stored.get(product_table::created_at),
        before.get(product_table::created_at),
        "auto_now_add stays"
    );
    let links = tags().linked_from(&mut world.conn, before.pk()).unwrap();
    assert_eq!(links, [], "the tag was taken away");
}

fn saving_calls_the_hook_of_the_author_and_then_the_rules_of_the_model(kind: Kind) {
    let mut world = World::new(kind, &ALICE);
    let hooks = Hooks {
        save_model: Some(|conn, record, save| {
            assert!(!save.saving.created, "the row exists");
            record.set(
                auth_user::email,
                format!("{}@EXAMPLE.COM", save.user.username),
            );
            save.save(conn, record)
        }),
        ..Hooks::NONE
    };
    let policy = Policy::new(User::meta()).with_hooks(&hooks);
    let user = Query::new(User::meta()).with_pks(vec![world.actor.user.id.into()]);
    let before = user.records(&mut world.conn, None, 0).unwrap().remove(0);

    let change = RecordChange::update(&before, before.clone());
    world
        .atomic(|conn, writer| writer.save(conn, policy, change))
        .unwrap();

    let stored = user.records(&mut world.conn, None, 0).unwrap().remove(0);
    let expected = Value::Text("alice@example.com".to_owned());
    assert_eq!(
        stored.get(auth_user::email),
        Some(&expected),
        "the domain is in lower case"
    );
}

fn a_failed_transaction_leaves_no_row_link_file_or_history(kind: Kind) {
    let mut world = World::new(kind, &ALICE);
    let other = product("Chair").tag("red").save(&mut world.conn);
    let linked = tags()
        .linked_from(&mut world.conn, &other.id.into())
        .unwrap();
    world.put_file("products/old.png");
    let image = model().column("image").unwrap();

    let result: Result<()> = world.atomic(|conn, writer| {
        let mut record = new_record(other.category_id);
        record.set(
            product_table::image,
            writer.copy_file("products/old.png", image)?.unwrap(),
        );
        let change = RecordChange {
            links: vec![LinkChange {
                field: tags(),
                before: &[],
                after: &linked,
            }],
            ..RecordChange::add(record)
        };
        let saved = writer.save(conn, Policy::new(model()), change)?;
        writer.log(&saved, "Lamp".to_owned(), Flag::Addition, &[Done::Added]);
        assert_eq!(
            tags().linked_from(conn, saved.pk())?,
            linked,
            "the link is made"
        );
        Err(Error::PermissionDenied)
    });

    assert!(matches!(result, Err(Error::PermissionDenied)), "{result:?}");
    let products = Query::new(model()).count(&mut world.conn).unwrap();
    assert_eq!(products, 1, "the chair alone");
    assert_eq!(world.history(), []);
    assert_eq!(world.count_files(), 1, "the copy of the file is removed");
}

fn stored_files_stay_when_the_transaction_is_committed(kind: Kind) {
    let mut world = World::new(kind, &ALICE);
    let before = product("Lamp")
        .image("products/old.png")
        .save(&mut world.conn)
        .id;
    let before = world.product(before).unwrap();
    world.put_file("products/old.png");
    let image = model().column("image").unwrap();

    let saved = world
        .atomic(|conn, writer| {
            let mut after = before.clone();
            after.set(
                product_table::image,
                writer.copy_file("products/old.png", image)?.unwrap(),
            );
            writer.save(
                conn,
                Policy::new(model()),
                RecordChange::update(&before, after),
            )
        })
        .unwrap();

    let path = saved.get(product_table::image).unwrap().to_string();
    assert_ne!(path, "products/old.png", "the copy has a path of its own");
    assert!(world.settings.media_root.join(path).is_file());
    assert_eq!(world.count_files(), 2);
}

fn neighbours_with_the_same_text_keep_their_order_in_the_history(kind: Kind) {
    let mut world = World::new(kind, &ALICE);
    let names = ["Ash", "Birch", "Cedar"];
    let ids = names.map(|name| product(name).save(&mut world.conn).id);
    let rows = ids.map(|id| world.product(id).unwrap());

    world
        .atomic(|_, writer| {
            for (row, (name, field)) in
                rows.iter()
                    .zip([("Ash", "Stock"), ("Birch", "Stock"), ("Cedar", "Price")])
            {
                let done = [Done::Changed(vec![field.to_owned()])];
                writer.log(row, name.to_owned(), Flag::Change, &done);
            }
            Ok(())
        })
        .unwrap();

    let entry = |name: &str, field: &str| {
        (
            2,
            name.to_owned(),
            format!(r#"[{{"changed": {{"fields": ["{field}"]}}}}]"#),
        )
    };
    assert_eq!(
        world.history(),
        [
            entry("Ash", "Stock"),
            entry("Birch", "Stock"),
            entry("Cedar", "Price")
        ]
    );
}

fn deleting_calls_the_hook_and_writes_history_in_the_same_transaction(kind: Kind) {
    let mut world = World::new(kind, &ALICE);
    let id = product("Lamp").tag("red").save(&mut world.conn).id;
    let refusing = Hooks {
        delete_model: Some(|_, record, _| {
            assert_eq!(
                record.get(product_table::name),
                Some(&Value::Text("Lamp".to_owned()))
            );
            Err(Error::PermissionDenied)
        }),
        ..Hooks::NONE
    };
    let rows = || Query::new(model()).with_pks(vec![id.into()]);

    let refused = world.atomic(|conn, writer| {
        writer.delete(conn, Policy::new(model()).with_hooks(&refusing), rows())
    });
    assert!(
        matches!(refused, Err(Error::PermissionDenied)),
        "{refused:?}"
    );
    assert!(world.product(id).is_some(), "the hook refused the deletion");
    assert_eq!(world.history(), []);

    let deleted = world
        .atomic(|conn, writer| writer.delete(conn, Policy::new(model()), rows()))
        .unwrap();
    assert_eq!(
        (deleted.roots, deleted.rows),
        (1, 2),
        "the product and its link"
    );
    assert!(world.product(id).is_none());
    assert_eq!(world.history(), [(3, "Lamp".to_owned(), String::new())]);
}

fn permissions_rows_and_lookups_are_decided_without_a_page(kind: Kind) {
    let mut world = World::new(kind, &BOB);
    let permissions = &world.actor.permissions;
    let policy = Policy::new(model());
    assert!(
        !policy.may(permissions, "view", None),
        "Bob has no permission"
    );

    let hooks = Hooks {
        queryset: Some(|rows, user| {
            let path = nuages::models::ColumnPath::own("name");
            rows.filter(nuages::models::Condition::equals(
                path,
                user.username.clone(),
            ))
        }),
        lookup_allowed: Some(|key| key != "sku"),
        ..Hooks::NONE
    };
    let policy = policy.with_hooks(&hooks);
    product("Lamp").save(&mut world.conn);
    let id = product("bob").save(&mut world.conn).id;
    let seen = policy
        .queryset(&world.actor.user)
        .records(&mut world.conn, None, 0)
        .unwrap();
    assert_eq!(
        seen.iter().map(Record::pk).collect::<Vec<_>>(),
        [&Value::BigInt(id)]
    );

    let none = || std::iter::empty();
    assert!(policy.lookup_allowed("name", none()));
    assert!(!policy.lookup_allowed("sku", none()), "the hook forbids it");
    assert!(!policy.lookup_allowed("category__products__name", none()));
    let declared = std::iter::once("category__products__name".to_owned());
    assert!(policy.lookup_allowed("category__products__name", declared));
    assert!(
        world.database.dir.path().is_dir(),
        "the database is kept until here"
    );
}

fn choices_are_ordered_like_the_list_and_none_are_offered_beyond_the_limit(kind: Kind) {
    let mut world = World::new(kind, &ALICE);
    for name in ["Lamp", "Ash", "Chair"] {
        product(name).save(&mut world.conn);
    }
    let by_name = [nuages::models::Order {
        path: nuages::models::ColumnPath::own("name"),
        descending: true,
    }];
    let policy = Policy::new(model()).with_ordering(Some(&by_name));

    let choices = policy
        .load_choices(&mut world.conn, &RelationTarget::new(policy.model), 3)
        .unwrap();
    let names: Vec<String> = choices
        .into_iter()
        .flatten()
        .map(|(_, name)| name)
        .collect();
    assert_eq!(names, ["Lamp", "Chair", "Ash"], "the order of the author");

    let choices = policy
        .load_choices(&mut world.conn, &RelationTarget::new(policy.model), 2)
        .unwrap();
    assert_eq!(choices, None, "there are more than two rows");
}

fn updating_many_rows_sets_no_stamps_and_writes_no_history(kind: Kind) {
    let mut world = World::new(kind, &ALICE);
    let id = product("Lamp").stock(3).save(&mut world.conn).id;
    product("Chair").stock(3).save(&mut world.conn);
    let before = world.product(id).unwrap();
    let rows = Query::new(model()).with_pks(vec![id.into()]);

    let mut progress = Vec::new();
    let values = [
        Assignment::new(product_table::stock, 9),
        Assignment::new(product_table::is_active, false),
    ];
    let done = records::update(&mut world.conn, &rows, &values, |rows| progress.push(rows));

    assert_eq!(done.unwrap(), 1);
    assert_eq!(progress, [1], "the number of rows after each statement");
    let after = world.product(id).unwrap();
    assert_eq!(after.differing(&before), ["stock", "is_active"]);
    assert_eq!(world.history(), [], "as after Django's QuerySet.update");
}
