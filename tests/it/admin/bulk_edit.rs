//! Bulk edits: a few rows are changed in the request, many by a task.

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use nuages::project::Project;
use nuages::schema::{auth_user, django_admin_log, nuages_batch, nuages_task};
use nuages::settings::{Env, Settings};
use nuages::tasks::{run_again, run_waiting};

use crate::shop::schema::catalog_product;
use crate::support::{ALICE, BOB, Client, Database, Kind, Reply, SECRET_KEY, TestSite, product};

const PRODUCTS: &str = "/admin/catalog/product/";
/// More rows than a request changes.
pub(super) const MANY: i64 = 1_200;

pub(super) static SHOP: Project = Project::new(
    "Shop",
    &crate::shop::INSTALLED,
    crate::shop::urls,
    crate::shop::register,
);

/// A shop with this many products, whose tasks run when the test says so.
pub(super) struct World {
    pub(super) site: TestSite,
    pub(super) settings: Settings,
}

impl World {
    pub(super) fn new(kind: Kind, count: i64) -> Self {
        let database = Database::migrated(kind);
        let conn = &mut database.connect();
        for persona in [&ALICE, &BOB] {
            persona.save(conn);
        }
        let first = product("Lamp").save(conn);
        conn.batch_execute(&format!(
            "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < {count})
             INSERT INTO catalog_product (id, name, slug, sku, description, price, stock, is_active, image, created_at,
                 updated_at, category_id)
             SELECT i, 'Lamp ' || i, 'l' || i, 'l' || i, '', 1, 3, true, '', created_at, updated_at, category_id
             FROM n, catalog_product WHERE catalog_product.id = {};",
            first.id
        ))
        .unwrap();
        let pairs = [("SECRET_KEY", SECRET_KEY), ("DATABASE_URL", &database.url)];
        let settings = Settings::read(&Env::from_pairs(&pairs)).unwrap();
        Self {
            site: TestSite::for_project(database, &[], &SHOP),
            settings,
        }
    }

    /// Runs the tasks that wait, and returns the number of attempts.
    fn work(&self) -> usize {
        run_waiting(
            &mut self.site.connect(),
            &SHOP.task_registry(),
            &self.settings,
        )
        .unwrap()
    }

    /// Returns the number of products with this stock.
    pub(super) fn with_stock(&self, stock: i32) -> i64 {
        catalog_product::table
            .filter(catalog_product::stock.eq(stock))
            .count()
            .get_result(&mut self.site.connect())
            .unwrap()
    }

    fn set_stock(&self, id: i64, stock: i32) {
        diesel::update(catalog_product::table.find(id))
            .set(catalog_product::stock.eq(stock))
            .execute(&mut self.site.connect())
            .unwrap();
    }

    fn activate_alice(&self, yes: bool) {
        diesel::update(auth_user::table.filter(auth_user::username.eq("alice")))
            .set(auth_user::is_active.eq(yes))
            .execute(&mut self.site.connect())
            .unwrap();
    }

    /// Returns the number of entries of Django's log.
    fn entries(&self) -> i64 {
        django_admin_log::table
            .count()
            .get_result(&mut self.site.connect())
            .unwrap()
    }
}

/// Chooses all products, enters this stock, and returns the preview.
pub(super) fn preview(alice: &Client, stock: &str) -> Reply {
    let list = alice
        .form(PRODUCTS, "action")
        .set("action", "bulk_edit")
        .set("select_across", "1")
        .choose("_selected_action", &["1"]);
    let form = alice.submit(&list, "index").form(PRODUCTS, "_bulk");
    let form = form.choose("change-stock", &["on"]).set("stock", stock);
    alice.submit(&form, "")
}

/// Confirms the preview, and returns the list with its message.
pub(super) fn confirm(alice: &Client, preview: &Reply) -> Reply {
    let reply = alice.submit(&preview.form(PRODUCTS, "post"), "");
    assert_eq!(reply.status, 302, "{}", reply.words());
    alice.follow(&reply)
}

/// Returns the address of the undo that the message of a page offers.
pub(super) fn undo_of(page: &Reply) -> String {
    let text = page.text();
    let start = text.find("/admin/undo/").expect("a link to the undo");
    let end = text[start..].find('"').unwrap();
    text[start..start + end].to_owned()
}

fn few_rows_are_changed_in_the_request(kind: Kind) {
    let world = World::new(kind, 40);
    let alice = ALICE.browser(&world.site);
    let page = preview(&alice, "7");
    assert!(page.words().contains("40 of 40 products will change"));

    let list = confirm(&alice, &page);
    assert!(list.words().contains("40 products were changed."));
    assert_eq!((world.with_stock(7), world.work()), (40, 0), "no task");
    let undone = alice.post(&undo_of(&list), &[]);
    assert_eq!(undone.status, 302);
    assert_eq!(world.with_stock(3), 40, "the former values");
}

fn many_rows_are_changed_by_a_task_and_can_be_undone(kind: Kind) {
    let world = World::new(kind, MANY);
    let alice = ALICE.browser(&world.site);
    let list = confirm(&alice, &preview(&alice, "7"));
    let text = "The change of 1200 products runs in the background.";
    assert!(list.words().contains(text), "{}", list.words());
    assert_eq!(world.with_stock(7), 0, "the request changes nothing");

    let undo = undo_of(&list);
    let page = alice.get(&undo).words();
    assert!(page.contains("The rows are being changed"), "{page}");
    let early = alice.follow(&alice.post(&undo, &[])).words();
    assert!(early.contains("there is nothing to undo"), "{early}");
    assert_eq!(
        BOB.browser(&world.site).get(&undo).status,
        404,
        "another user does not see the change"
    );

    assert_eq!(world.work(), 1);
    assert_eq!((world.with_stock(7), world.entries()), (MANY, MANY));
    world.set_stock(5, 9);
    let task: i64 = nuages_task::table
        .select(nuages_task::id)
        .first(&mut world.site.connect())
        .unwrap();
    assert!(run_again(&mut world.site.connect(), task).unwrap());
    assert_eq!(world.work(), 1);
    assert_eq!(
        (world.with_stock(9), world.entries()),
        (1, MANY),
        "a task that runs again changes nothing"
    );

    let page = alice.get(&undo).words();
    assert!(page.contains("Undo the change of 1200 products"), "{page}");
    undo_in_the_background(&world, &alice, &undo);
}

/// Undoes the change of all products by a task, after the stock of product 5 was changed once more.
fn undo_in_the_background(world: &World, alice: &Client, undo: &str) {
    let list = alice.follow(&alice.post(undo, &[]));
    let text = "The change of 1200 products is undone in the background.";
    assert!(list.words().contains(text), "{}", list.words());
    assert_eq!(world.with_stock(3), 0, "the request changes nothing");
    let later = undo_of(&list);
    let page = alice.get(&later).words();
    assert!(page.contains("The rows get their former values"), "{page}");
    assert!(alice.get(undo).words().contains("is being undone"));

    let again = undo_of(&alice.follow(&alice.post(undo, &[])));
    assert_eq!(again, later, "a second click starts no second task");
    assert_eq!(world.work(), 1);
    assert_eq!(
        (world.with_stock(3), world.with_stock(9)),
        (MANY - 1, 1),
        "the later value is kept"
    );
    let page = alice.get(&later).words();
    let kept = "Later changes were kept: “Lamp 5” (Stock).";
    assert!(page.contains(kept), "the kept value is named: {page}");

    world.set_stock(6, 8);
    let task = later.trim_start_matches("/admin/undo/task-");
    let task: i64 = task.trim_end_matches('/').parse().unwrap();
    assert!(run_again(&mut world.site.connect(), task).unwrap());
    assert_eq!(world.work(), 1);
    assert_eq!(
        (world.with_stock(3), world.with_stock(8)),
        (MANY - 2, 1),
        "a task that runs again undoes nothing more"
    );
    let done = alice.follow(&alice.post(undo, &[])).words();
    assert!(done.contains("This change was undone before."), "{done}");
}

fn an_undo_that_fails_says_why_and_can_be_tried_again(kind: Kind) {
    let world = World::new(kind, MANY);
    let alice = ALICE.browser(&world.site);
    let undo = undo_of(&confirm(&alice, &preview(&alice, "7")));
    assert_eq!(world.work(), 1);
    let later = undo_of(&alice.follow(&alice.post(&undo, &[])));
    world.activate_alice(false);
    assert_eq!(world.work(), 1);
    world.activate_alice(true);

    let page = alice.get(&later).words();
    for text in ["The undo failed", "Nothing was changed", "has left"] {
        assert!(page.contains(text), "{text:?} is missing: {page}");
    }
    assert_eq!(world.with_stock(7), MANY, "nothing was undone");
    let next = undo_of(&alice.follow(&alice.post(&undo, &[])));
    assert_ne!(next, later, "another task");
    assert_eq!((world.work(), world.with_stock(3)), (1, MANY));
}

fn a_task_that_fails_changes_nothing_and_says_why(kind: Kind) {
    let world = World::new(kind, MANY);
    let alice = ALICE.browser(&world.site);
    let list = confirm(&alice, &preview(&alice, "7"));
    let undo = undo_of(&list);
    world.activate_alice(false);
    assert_eq!(world.work(), 1);
    world.activate_alice(true);
    let page = alice.get(&undo).words();
    for text in ["The change failed", "Nothing was changed", "has left"] {
        assert!(page.contains(text), "{text:?} is missing: {page}");
    }
    let batches: i64 = nuages_batch::table
        .count()
        .get_result(&mut world.site.connect())
        .unwrap();
    assert_eq!((world.with_stock(7), batches), (0, 0));
}

on_both!(
    few_rows_are_changed_in_the_request,
    many_rows_are_changed_by_a_task_and_can_be_undone,
    an_undo_that_fails_says_why_and_can_be_tried_again,
    a_task_that_fails_changes_nothing_and_says_why,
);
