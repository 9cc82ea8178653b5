//! The hooks of a site author, as the pages of the admin call them.

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use nuages::admin::AdminSite;
use nuages::admin::options::Hooks;
use nuages::db::Value;
use nuages::error::Error;
use nuages::models::{Condition, FieldList};
use nuages::project::Project;
use nuages::records::FieldError;

use crate::shop::INSTALLED;
use crate::shop::catalog::models::{Product, TAGS};
use crate::shop::schema::catalog_product as product_table;
use crate::support::{ALICE, BOB, Client, Database, Kind, TestSite, product};

const PRODUCTS: &str = "/admin/catalog/product/";
const FORM: &str = "/admin/catalog/product/1/change/";

static PROJECT: Project = Project::new("Shop", &INSTALLED, crate::shop::urls, |site: AdminSite| {
    site.register::<Product>(|it| {
        it.list_display((product_table::name, product_table::stock))
            .list_editable((product_table::stock,))
            .hooks(HOOKS)
    })
});

/// Rules about a lamp that is locked, about unlucky numbers, and about users who are not superusers.
const HOOKS: Hooks = Hooks {
    queryset: Some(|rows, user| {
        if user.is_superuser {
            rows
        } else {
            rows.filter(Condition::new(product_table::is_active, true))
        }
    }),
    has_permission: Some(|permissions, action, record| {
        let is_locked =
            record.is_some_and(|record| record.get(product_table::name) == Some(&"Locked".into()));
        action == "view" || permissions.is_superuser() || !is_locked
    }),
    lookup_allowed: Some(|key| key != "sku"),
    save_model: Some(|conn, record, save| {
        if save.saving.created {
            record.set(
                product_table::description,
                format!("Added by {}", save.user.username),
            );
        }
        save.save(conn, record)
    }),
    save_related: None,
    delete_model: Some(|_, record, _| {
        if record.get(product_table::name) == Some(&"Kept".into()) {
            return Err(Error::PermissionDenied);
        }
        Ok(())
    }),
    clean: Some(|record| {
        if record.get(product_table::stock).and_then(Value::as_i64) == Some(13) {
            vec![
                FieldError::new(product_table::stock, "Unlucky."),
                FieldError::whole_form("Think again."),
            ]
        } else {
            Vec::new()
        }
    }),
    check: Some(|_, change| {
        let errors = if change.changes(product_table::price) && !change.user.is_superuser {
            vec![FieldError::new(product_table::price, "Ask a superuser.")]
        } else if change.unticks(product_table::is_active) {
            vec![FieldError::new(product_table::is_active, "Keep it active.")]
        } else if !change.added(TAGS).is_empty() {
            vec![FieldError::new(TAGS, "No more tags.")]
        } else {
            Vec::new()
        };
        Ok(errors)
    }),
    readonly_fields: Some(|user, record| {
        if user.is_superuser || record.is_none() {
            FieldList::default()
        } else {
            FieldList::new((product_table::sku, TAGS))
        }
    }),
};

on_both!(
    errors_of_clean_are_shown_beside_the_field_and_above_the_form,
    errors_of_check_depend_on_the_user_and_on_what_changes,
    readonly_fields_of_a_user_are_shown_and_a_sent_value_is_ignored,
    a_row_without_permission_can_be_viewed_and_neither_changed_nor_deleted,
    the_queryset_hides_rows_from_the_list_and_the_form,
    a_lookup_that_the_hook_forbids_is_refused,
    save_model_changes_a_new_row_and_not_an_existing_one,
    delete_model_can_refuse_a_deletion,
);

/// Creates the products "Lamp", "Locked", "Kept" and, inactive, "Hidden".
fn site(kind: Kind) -> TestSite {
    let database = Database::migrated(kind);
    let conn = &mut database.connect();
    ALICE.save(conn);
    BOB.save(conn);
    product("Lamp").save(conn);
    product("Locked").save(conn);
    product("Kept").save(conn);
    product("Hidden").tag("red").draft().save(conn);
    if kind == Kind::Postgres {
        // These rows have primary keys that the sequence does not know of.
        conn.batch_execute("SELECT setval(pg_get_serial_sequence('catalog_product', 'id'), 100)")
            .unwrap();
    }
    TestSite::for_project(database, &[], &PROJECT)
}

/// Logs Bob in, who may do everything with products and is not a superuser.
fn bob(site: &TestSite) -> Client {
    BOB.may(
        site,
        &[
            "view_product",
            "add_product",
            "change_product",
            "delete_product",
        ],
    );
    BOB.browser(site)
}

/// Returns the value of a column of the product with this primary key.
fn stored<T>(site: &TestSite, column: T, id: i64) -> T::Output
where
    T: Load,
{
    column.load(site, id)
}

/// A column whose value a test reads.
trait Load {
    type Output;
    fn load(self, site: &TestSite, id: i64) -> Self::Output;
}

macro_rules! load {
    ($($column:ident: $output:ty),*) => {$(
        impl Load for product_table::$column {
            type Output = $output;
            fn load(self, site: &TestSite, id: i64) -> $output {
                product_table::table.find(id).select(self).first(&mut site.connect()).unwrap()
            }
        }
    )*};
}
load!(stock: i32, sku: String, description: String, is_active: bool);

fn errors_of_clean_are_shown_beside_the_field_and_above_the_form(kind: Kind) {
    let site = site(kind);
    let alice = ALICE.browser(&site);

    let reply = alice.submit(&alice.form(FORM, "stock").set("stock", "13"), "_save");
    assert_eq!(reply.status, 200, "the form is shown again");
    assert_eq!(reply.errors("stock"), "Unlucky.");
    assert!(reply.words().contains("Think again."), "{}", reply.words());
    assert_eq!(stored(&site, product_table::stock, 1), 3);

    let list = alice.form(PRODUCTS, "form-0-stock");
    let reply = alice.submit(&list.set("form-0-stock", "13"), "_save");
    assert_eq!(reply.status, 200, "the list is shown again");
    assert!(reply.words().contains("Unlucky."), "{}", reply.words());
    assert_eq!(stored(&site, product_table::stock, 4), 3, "the first row");
}

fn errors_of_check_depend_on_the_user_and_on_what_changes(kind: Kind) {
    let site = site(kind);
    let (alice, bob) = (ALICE.browser(&site), bob(&site));

    let reply = bob.submit(&bob.form(FORM, "price").set("price", "11"), "_save");
    assert_eq!(reply.errors("price"), "Ask a superuser.");
    let reply = bob.submit(&bob.form(FORM, "stock").set("stock", "4"), "_save");
    assert_eq!(reply.status, 302, "the price stays: {}", reply.words());
    let reply = alice.submit(&alice.form(FORM, "price").set("price", "11"), "_save");
    assert_eq!(reply.status, 302, "a superuser: {}", reply.words());

    let form = alice.form(FORM, "is_active").choose("is_active", &[]);
    let reply = alice.submit(&form, "_save");
    assert_eq!(reply.errors("is_active"), "Keep it active.");
    assert!(stored(&site, product_table::is_active, 1));
    let form = alice.form(FORM, "tags").choose("tags", &["1"]);
    let reply = alice.submit(&form, "_save");
    assert_eq!(reply.errors("tags"), "No more tags.");
    let hidden = format!("{PRODUCTS}4/change/");
    let reply = alice.submit(&alice.form(&hidden, "stock").set("stock", "5"), "_save");
    assert_eq!(reply.status, 302, "a tag that it has: {}", reply.words());
}

fn readonly_fields_of_a_user_are_shown_and_a_sent_value_is_ignored(kind: Kind) {
    let site = site(kind);
    let bob = bob(&site);

    let form = bob.form(FORM, "stock");
    assert!(!form.has("sku") && !form.has("tags"), "no controls");
    assert!(bob.get(FORM).words().contains("lamp"), "the sku is shown");
    let mut fields = form.set("stock", "8").values_of(&[]);
    fields.push(("sku".to_owned(), "forged".to_owned()));
    fields.push(("_save".to_owned(), "Save".to_owned()));
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let reply = bob.post(FORM, &fields);
    assert_eq!(reply.status, 302, "{}", reply.words());

    assert_eq!(stored(&site, product_table::stock, 1), 8);
    assert_eq!(stored(&site, product_table::sku, 1), "lamp");
    let add = bob.form(&format!("{PRODUCTS}add/"), "name");
    assert!(add.has("sku"), "the hook names no field of a new row");
    assert!(ALICE.browser(&site).form(FORM, "stock").has("sku"));
}

fn a_row_without_permission_can_be_viewed_and_neither_changed_nor_deleted(kind: Kind) {
    let site = site(kind);
    let bob = bob(&site);
    let form = format!("{PRODUCTS}2/change/");

    let page = bob.get(&form);
    assert_eq!(page.status, 200);
    assert!(!page.shows(&["name=\"_save\""]), "no button to save");
    assert_eq!(bob.post(&form, &[("name", "Open")]).status, 403);
    assert_eq!(bob.get(&format!("{PRODUCTS}2/delete/")).status, 403);
    let delete = [
        ("action", "delete_selected"),
        ("_selected_action", "2"),
        ("index", "0"),
        ("post", "yes"),
    ];
    bob.post(PRODUCTS, &delete);
    assert_eq!(stored(&site, product_table::sku, 2), "locked", "it stays");
    assert_eq!(bob.get(&format!("{PRODUCTS}1/delete/")).status, 200);
    let alice = ALICE.browser(&site);
    assert!(alice.get(&form).shows(&["name=\"_save\""]), "a superuser");
}

fn the_queryset_hides_rows_from_the_list_and_the_form(kind: Kind) {
    let site = site(kind);
    let (alice, bob) = (ALICE.browser(&site), bob(&site));
    let hidden = format!("{PRODUCTS}4/change/");

    assert!(alice.get(PRODUCTS).words().contains("4 products"));
    assert_eq!(alice.get(&hidden).status, 200);
    assert!(bob.get(PRODUCTS).words().contains("3 products"));
    assert!(!bob.get(PRODUCTS).words().contains("Hidden"));
    for page in ["change/", "delete/", "history/"] {
        let reply = bob.get(&format!("{PRODUCTS}4/{page}"));
        assert_eq!(reply.status, 302, "{page} of a row that Bob cannot see");
        assert_eq!(reply.header("location"), "/admin/", "{page}");
    }
}

fn a_lookup_that_the_hook_forbids_is_refused(kind: Kind) {
    let site = site(kind);
    let alice = ALICE.browser(&site);

    for (query, status) in [
        ("stock=3", 200),
        ("sku=lamp", 400),
        ("sku__startswith=l", 200),
    ] {
        let reply = alice.get(&format!("{PRODUCTS}?{query}"));
        assert_eq!(reply.status, status, "{query}");
    }
}

fn save_model_changes_a_new_row_and_not_an_existing_one(kind: Kind) {
    let site = site(kind);
    let bob = bob(&site);

    let form = bob
        .form(&format!("{PRODUCTS}add/"), "name")
        .set("name", "Torch")
        .set("slug", "torch")
        .set("sku", "T-1")
        .set("price", "5")
        .set("stock", "1")
        .set("category", "1");
    let reply = bob.submit(&form, "_save");
    assert_eq!(reply.status, 302, "{}", reply.words());
    let added: String = product_table::table
        .filter(product_table::sku.eq("T-1"))
        .select(product_table::description)
        .first(&mut site.connect())
        .unwrap();
    assert_eq!(added, "Added by bob");

    let reply = bob.submit(&bob.form(FORM, "stock").set("stock", "4"), "_save");
    assert_eq!(reply.status, 302);
    assert_eq!(stored(&site, product_table::description, 1), "");
}

fn delete_model_can_refuse_a_deletion(kind: Kind) {
    let site = site(kind);
    let alice = ALICE.browser(&site);

    let refused = alice.post(&format!("{PRODUCTS}3/delete/"), &[("post", "yes")]);
    assert_eq!(refused.status, 403);
    assert_eq!(stored(&site, product_table::sku, 3), "kept", "it stays");
    let deleted = alice.post(&format!("{PRODUCTS}1/delete/"), &[("post", "yes")]);
    assert_eq!(deleted.status, 302);
    let left: i64 = product_table::table
        .count()
        .get_result(&mut site.connect())
        .unwrap();
    assert_eq!(left, 3);
}
