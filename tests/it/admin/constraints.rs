//! Constraints that only the table has: generated columns, CHECK and other constraints, link tables
//! with unusual names.

use crate::shop::INSTALLED;
use crate::shop::catalog::models::Category;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use nuages::admin::{AdminSite, ModelAdmin};
use nuages::db::{Kind as Column, Sql};
use nuages::models::{Description, ManyToMany, Model};
use nuages::project::Project;

use crate::admin::shop;
use crate::support::{ALICE, Database, Kind, TestSite, product};

mod tables {
    diesel::table! {
        use diesel::sql_types::{BigInt, Date, Integer, Nullable, Text};
        use nuages::db::sql_types::Decimal;

        catalog_tag (id) {
            id -> BigInt,
            name -> Text,
            slug -> Text,
            shout -> Text,
            weight -> Integer,
            code -> Text,
            price -> Decimal,
            since -> Nullable<Date>,
        }
    }
    diesel::table! {
        shelving (tag, shelf) {
            tag -> BigInt,
            shelf -> BigInt,
        }
    }
}
use tables::{catalog_tag as tag, shelving};

#[derive(Identifiable)]
#[diesel(table_name = tag)]
struct Tag {
    id: i64,
}

impl Model for Tag {
    fn describe(it: Description<Self>) -> Description<Self> {
        it.label("catalog.Tag")
            .display(tag::shout)
            .field(tag::name, |field| field.max_length(50))
            .field(tag::slug, |field| field.slug(50))
            .field(tag::shout, |field| field.max_length(60).generated())
            .field(tag::weight, |field| field.default(|| 0.into()))
            .field(tag::code, |field| field.max_length(50).blank())
            .field(tag::price, |field| {
                field
                    .decimal(12, 2)
                    .default(|| nuages::db::Decimal::new(0, 2).into())
            })
            .many_to_many(SHELVES)
    }
}

const SHELVES: ManyToMany<tag::table> =
    ManyToMany::new::<Category, _, _>("shelves", shelving::tag, shelving::shelf).blank();

fn register(site: AdminSite) -> AdminSite {
    let listed = |it: ModelAdmin<Tag>| {
        it.list_display((tag::name, tag::shout, tag::weight))
            .list_editable((tag::weight,))
            .readonly_fields((tag::shout,))
    };
    crate::shop::register(site).register::<Tag>(listed)
}

/// Creates a shop whose tags have these columns, with the tag `red`.
fn site(kind: Kind) -> TestSite {
    static PROJECT: Project = Project::new("Shop", &INSTALLED, crate::shop::urls, register);
    let database = Database::migrated(kind);
    let conn = &mut database.connect();
    ALICE.save(conn);
    conn.batch_execute(match kind {
        Kind::Sqlite => {
            "ALTER TABLE catalog_tag ADD COLUMN shout text GENERATED ALWAYS AS (upper(name) || '!') VIRTUAL"
        }
        Kind::Postgres => {
            "ALTER TABLE catalog_tag ADD COLUMN shout text GENERATED ALWAYS AS (upper(name) || '!') STORED"
        }
    })
    .unwrap();
    conn.batch_execute(
        "ALTER TABLE catalog_tag ADD COLUMN weight integer NOT NULL DEFAULT 0 CONSTRAINT weight_is_small CHECK (weight < 100);
         ALTER TABLE catalog_tag ADD COLUMN code varchar(3) NOT NULL DEFAULT '';
         ALTER TABLE catalog_tag ADD COLUMN price numeric(5, 2) NOT NULL DEFAULT 0;
         ALTER TABLE catalog_tag ADD COLUMN since date NOT NULL DEFAULT '2020-01-01';
         ALTER TABLE catalog_tag ADD COLUMN filler integer DEFAULT 0 CONSTRAINT name_is_not_slug CHECK (name <> slug);
         CREATE TABLE shelving (tag bigint NOT NULL, shelf bigint NOT NULL, PRIMARY KEY (tag, shelf));
         INSERT INTO catalog_tag (id, name, slug) VALUES (101, 'red', 'r'), (102, 'blue', 'b');",
    )
    .unwrap();
    conn.batch_execute(
        "INSERT INTO catalog_category (name, slug, description) VALUES ('Lamps', 'lamps', '')",
    )
    .unwrap();
    TestSite::for_project(database, &[], &PROJECT)
}

fn texts(site: &TestSite, sql: &'static str) -> Vec<String> {
    let rows = Sql::new(sql)
        .returns(&[Column::Text])
        .load(&mut site.connect())
        .unwrap();
    rows.into_iter()
        .flatten()
        .map(|value| value.to_string())
        .collect()
}

const TAGS: &str = "/admin/catalog/tag/";
const RED: &str = "/admin/catalog/tag/101/change/";
const ADD: &str = "/admin/catalog/tag/add/";

fn a_generated_column_is_shown_and_never_written(kind: Kind) {
    let site = site(kind);
    let alice = ALICE.browser(&site);
    let form = alice.form(ADD, "name");
    assert!(
        !form.has("shout"),
        "a generated column is not a field to fill in"
    );
    let reply = alice.submit(
        &form
            .set("name", "green")
            .set("slug", "g")
            .set("since", "2024-01-01"),
        "_save",
    );
    assert_eq!(reply.status, 302, "a row is added: {}", reply.words());
    let reply = alice.submit(&alice.form(RED, "name").set("name", "rose"), "_save");
    assert_eq!(reply.status, 302, "a row is changed: {}", reply.words());
    assert_eq!(
        texts(&site, "SELECT shout FROM catalog_tag ORDER BY name"),
        ["BLUE!", "GREEN!", "ROSE!"]
    );
    let reprs = texts(
        &site,
        "SELECT object_repr FROM django_admin_log ORDER BY id",
    );
    assert_eq!(
        reprs,
        ["GREEN!", "ROSE!"],
        "the history has the names that the database computed"
    );
    assert!(
        alice.get(RED).words().contains("ROSE!"),
        "the form shows the computed value"
    );
}

fn a_violated_check_constraint_is_an_error_in_the_form(kind: Kind) {
    let site = site(kind);
    let alice = ALICE.browser(&site);
    for path in [RED, ADD] {
        let form = alice
            .form(path, "name")
            .set("name", "new")
            .set("slug", "n")
            .set("since", "2024-01-01");
        let reply = alice.submit(&form.clone().set("weight", "100"), "_save");
        assert_eq!(reply.status, 200, "{path}: {}", reply.words());
        assert_eq!(
            reply.errors("weight"),
            "Constraint “weight_is_small” is violated.",
            "{path}: beside its one field"
        );

        let reply = alice.submit(&form.clone().set("slug", "new"), "_save");
        assert_eq!(reply.status, 200, "{path}: {}", reply.words());
        assert!(
            reply
                .words()
                .contains("Constraint “name_is_not_slug” is violated."),
            "{path}: {}",
            reply.words()
        );
        assert_eq!(
            reply.errors("name"),
            "",
            "{path}: a rule of two columns is not beside one of them"
        );

        let reply = alice.submit(&form.set("since", ""), "_save");
        assert_eq!(reply.status, 200, "{path}: {}", reply.words());
        assert_eq!(
            reply.errors("since"),
            "This field cannot be null.",
            "{path}"
        );
    }
    assert_eq!(
        texts(&site, "SELECT name FROM catalog_tag ORDER BY id"),
        ["red", "blue"],
        "nothing was saved"
    );
}

fn a_violated_check_constraint_is_an_error_in_the_list(kind: Kind) {
    let site = site(kind);
    let alice = ALICE.browser(&site);
    let form = alice
        .form(TAGS, "form-0-weight")
        .set("form-0-weight", "5")
        .set("form-1-weight", "100");
    let reply = alice.submit(&form, "_save");
    assert_eq!(reply.status, 200, "{}", reply.words());
    assert_eq!(
        reply.errors("form-1-weight"),
        "Constraint “weight_is_small” is violated."
    );
    assert_eq!(reply.errors("form-0-weight"), "", "the other row is right");
}

fn a_violated_check_constraint_is_an_error_of_the_inline_row(kind: Kind) {
    let site = shop(kind);
    let conn = &mut site.connect();
    product("Lamp").save(conn);
    conn.batch_execute(
        "INSERT INTO orders_order (id, number, email, status, note, total, created_at)
             VALUES (1, 'R1', 'a@example.com', 'paid', '', 10, '2025-01-01 00:00:00');
         INSERT INTO orders_orderitem (quantity, unit_price, order_id, product_id) VALUES (1, 1, 1, 1), (2, 2, 1, 1)",
    ).unwrap();
    conn.batch_execute(
        "ALTER TABLE orders_orderitem ADD COLUMN filler integer DEFAULT 0 CONSTRAINT is_cheap CHECK (unit_price < 1000)",
    ).unwrap();
    let alice = ALICE.browser(&site);
    let form = alice
        .form("/admin/orders/order/1/change/", "number")
        .set("items-1-unit_price", "5000");
    let reply = alice.submit(&form, "_save");
    assert_eq!(reply.status, 200, "{}", reply.words());
    assert_eq!(
        reply.errors("items-1-unit_price"),
        "Constraint “is_cheap” is violated."
    );
}

fn a_violated_check_constraint_in_an_action_is_a_message(kind: Kind) {
    let site = shop(kind);
    let conn = &mut site.connect();
    product("Lamp").draft().save(conn);
    conn.batch_execute("ALTER TABLE catalog_product ADD COLUMN filler integer DEFAULT 0 CONSTRAINT stays_a_draft CHECK (NOT is_active)").unwrap();
    let alice = ALICE.browser(&site);
    let token = alice.token("/admin/catalog/product/");
    let fields = [
        ("action", "make_active"),
        ("_selected_action", "1"),
        ("index", "0"),
        ("csrfmiddlewaretoken", &token),
    ];
    let reply = alice.post("/admin/catalog/product/", &fields);
    assert_eq!(reply.status, 302, "{}", reply.words());
    let page = alice.follow(&reply);
    assert!(
        page.words()
            .contains("Nothing was changed. Constraint “stays_a_draft” is violated."),
        "{}",
        page.words()
    );
}

fn a_link_table_is_found_by_its_columns(kind: Kind) {
    let site = site(kind);
    let alice = ALICE.browser(&site);
    let form = alice.form(RED, "name");
    let lamps = texts(
        &site,
        "SELECT CAST(id AS text) FROM catalog_category WHERE name = 'Lamps'",
    )
    .remove(0);
    let reply = alice.submit(&form.choose("shelves", &[&lamps]), "_save");
    assert_eq!(reply.status, 302, "{}", reply.words());
    assert_eq!(
        texts(
            &site,
            "SELECT CAST(shelf AS text) FROM shelving WHERE tag = 101"
        ),
        std::slice::from_ref(&lamps)
    );
    assert_eq!(
        alice.form(RED, "name").values("shelves"),
        [lamps],
        "the form reads the same table"
    );
}

on_both!(
    a_generated_column_is_shown_and_never_written,
    a_violated_check_constraint_is_an_error_in_the_form,
    a_violated_check_constraint_is_an_error_in_the_list,
    a_violated_check_constraint_is_an_error_of_the_inline_row,
    a_violated_check_constraint_in_an_action_is_a_message,
    a_link_table_is_found_by_its_columns
);

#[test]
fn a_value_that_a_column_of_postgresql_cannot_hold_is_an_error_in_the_form() {
    if !Kind::postgres_is_there(module_path!()) {
        return;
    }
    let site = site(Kind::Postgres);
    site.connect()
        .batch_execute(
            "ALTER TABLE catalog_tag ADD CONSTRAINT one_of_a_weight EXCLUDE (weight WITH =) WHERE (weight > 50)",
        )
        .unwrap();
    let alice = ALICE.browser(&site);
    assert_eq!(
        alice
            .submit(&alice.form(RED, "name").set("weight", "60"), "_save")
            .status,
        302
    );
    for (field, value, error) in [
        (
            "code",
            "abcde",
            "Ensure this value has at most 3 characters.",
        ),
        ("price", "12345.00", "This number is too large."),
        ("weight", "60", "Constraint “one_of_a_weight” is violated."),
    ] {
        let form = alice
            .form("/admin/catalog/tag/102/change/", "name")
            .set(field, value);
        let reply = alice.submit(&form, "_save");
        assert_eq!(
            (reply.status, reply.errors(field)),
            (200, error.to_owned()),
            "{field}: {}",
            reply.words()
        );
    }
}
