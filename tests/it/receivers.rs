//! `records::Receiver`: functions of a site that are called when rows are written and users log in.

#![expect(
    clippy::unnecessary_wraps,
    reason = "receivers return a result, even those that cannot fail"
)]

use std::cell::RefCell;

use diesel::prelude::*;
use nuages::auth::permissions::Permissions;
use nuages::auth::{User, UserEvent};
use nuages::db::Conn;
use nuages::error::{Error, Result};
use nuages::mail::{EmailMessage, SEND};
use nuages::models::{Model as _, Query, Record};
use nuages::project::Project;
use nuages::records::{
    self, Actor, Deleting, Hooks, LinkAction, LinkChange, LinksChanged, Policy, Receiver,
    RecordChange, Saving, delete, save,
};
use nuages::schema::{auth_group, auth_user};
use nuages::settings::{EmailBackend, EmailSettings, Env, Settings};
use nuages::tasks::{Registry, run_waiting};

use crate::shop::catalog::models::{Category, Product, TAGS, Tag};
use crate::shop::orders::models::{Order, OrderItem};
use crate::shop::orders::models::{orders_order, orders_orderitem};
use crate::shop::schema::{catalog_category, catalog_product as product_table};
use crate::support::{ALICE, Client, Database, Kind, TestSite};

thread_local! {
    /// The calls of receivers on this thread.
    static SEEN: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// The receivers of all tests of this program, so they do nothing for the rows of other tests.
static RECEIVERS: &[Receiver] = &[
    Receiver::before_save::<Product>(before_save),
    Receiver::after_save::<Product>(after_save),
    Receiver::after_commit::<Product>(after_commit),
    Receiver::m2m_changed::<Product>(links_changed),
    Receiver::before_delete::<Order>(before_delete),
    Receiver::after_delete::<Order>(after_delete),
    Receiver::before_delete::<OrderItem>(before_delete),
    Receiver::after_delete::<OrderItem>(after_delete),
    Receiver::after_save::<User>(user_saved),
    Receiver::user_logged_in(|conn, event| user_event(conn, "in", event)),
    Receiver::user_logged_out(|conn, event| user_event(conn, "out", event)),
    Receiver::user_login_failed(|conn, event| user_event(conn, "failed", event)),
];

static PROJECT: Project = Project::new(
    "Shop",
    &crate::shop::INSTALLED,
    crate::shop::urls,
    crate::shop::register,
)
.receivers(&[RECEIVERS]);

/// The sender of mail in the sites whose users are watched.
const WATCHED: &str = "receivers@example.com";

fn note(text: String) {
    SEEN.with_borrow_mut(|seen| seen.push(text));
}

/// Returns what the receivers have seen since the last call.
pub(crate) fn seen() -> Vec<String> {
    SEEN.take()
}

fn name(record: &Record) -> String {
    record.get(product_table::name).unwrap().to_string()
}

fn before_save(_: &mut Conn, product: &mut Record, saving: &Saving<'_>) -> Result<()> {
    if name(product) == "To be changed" {
        product.set(product_table::name, "Changed".to_owned());
    }
    note(format!(
        "before_save {} created={}",
        name(product),
        saving.created
    ));
    Ok(())
}

fn after_save(_: &mut Conn, product: &Record, saving: &Saving<'_>) -> Result<()> {
    let before = saving.before.map(name).unwrap_or_default();
    note(format!(
        "after_save {} created={} before={before} key={}",
        name(product),
        saving.created,
        !product.pk().is_null()
    ));
    if name(product) == "Refused" {
        return Err(Error::PermissionDenied);
    }
    Ok(())
}

fn after_commit(_: &mut Conn, product: &Record, saving: &Saving<'_>) -> Result<()> {
    let user = saving.user.map_or("nobody", |user| &user.username);
    note(format!(
        "after_commit {} created={} by {user} from {}",
        name(product),
        saving.created,
        saving.settings.email.from
    ));
    Ok(())
}

fn links_changed(_: &mut Conn, changed: &LinksChanged<'_>) -> Result<()> {
    assert!(changed.is_of(TAGS), "the shop's products have tags only");
    let action = match changed.action {
        LinkAction::PreRemove => "pre_remove",
        LinkAction::PostRemove => "post_remove",
        LinkAction::PreAdd => "pre_add",
        LinkAction::PostAdd => "post_add",
    };
    note(format!("m2m_changed {action} {}", changed.pk_set.len()));
    Ok(())
}

fn before_delete(_: &mut Conn, row: &Record, _: &Deleting<'_>) -> Result<()> {
    note(format!("before_delete {} {}", row.model.name, row.pk()));
    Ok(())
}

fn after_delete(_: &mut Conn, row: &Record, _: &Deleting<'_>) -> Result<()> {
    note(format!("after_delete {} {}", row.model.name, row.pk()));
    Ok(())
}

/// Writes a group, so that the test sees the event and the transaction that it was in.
fn user_saved(conn: &mut Conn, user: &Record, saving: &Saving<'_>) -> Result<()> {
    if saving.settings.email.from == WATCHED && saving.created {
        let name = user.get(auth_user::username).unwrap();
        add_group(conn, &format!("created {name}"))?;
    }
    Ok(())
}

fn user_event(conn: &mut Conn, what: &str, event: &UserEvent<'_>) -> Result<()> {
    if event.settings.email.from != WATCHED {
        return Ok(());
    }
    let (name, address, agent) = (event.username, event.address, event.user_agent);
    let is_known = event.user.is_some_and(|user| user.username == name);
    add_group(conn, &format!("{what} {name} {is_known} {address} {agent}"))?;
    if agent == "refused" {
        return Err(Error::PermissionDenied);
    }
    Ok(())
}

fn add_group(conn: &mut Conn, name: &str) -> Result<()> {
    diesel::insert_into(auth_group::table)
        .values(auth_group::name.eq(name))
        .execute(conn)?;
    Ok(())
}

on_both!(
    a_row_that_an_error_rolls_back_calls_no_receiver_after_the_commit,
    a_receiver_can_change_a_row_before_it_is_saved_and_sees_it_before_and_after,
    the_writer_of_the_admin_calls_receivers_within_save_model,
    receivers_see_logins_logouts_and_failures,
    a_receiver_that_fails_refuses_the_login,
    signing_up_and_createsuperuser_call_the_receivers_of_users,
);

/// A database with a category, and the receivers connected.
pub(crate) struct World {
    pub(crate) conn: Conn,
    settings: Settings,
    category: Record,
    database: Database,
}

impl World {
    pub(crate) fn new(kind: Kind) -> Self {
        PROJECT.install();
        let database = Database::migrated(kind);
        let mut conn = database.connect();
        let pairs = [("SECRET_KEY", "x"), ("DATABASE_URL", &*database.url)];
        let settings = Settings::read(&Env::from_pairs(&pairs)).unwrap();
        let mut category = Record::new(Category::meta());
        category.set(catalog_category::name, "Goods".to_owned());
        category.set(catalog_category::slug, "goods".to_owned());
        let category = save(&mut conn, &settings, None, RecordChange::add(category)).unwrap();
        seen();
        Self {
            conn,
            settings,
            category,
            database,
        }
    }

    /// Returns a product that is not saved yet.
    fn product(&self, name: &str) -> Record {
        let mut product = Record::new(Product::meta());
        product.set(product_table::name, name.to_owned());
        product.set(product_table::slug, name.to_lowercase());
        product.set(product_table::sku, name.to_lowercase());
        product.set(
            product_table::price,
            "1.00".parse::<nuages::db::Decimal>().unwrap(),
        );
        product.set(product_table::category_id, self.category.pk().clone());
        product
    }

    fn save(&mut self, change: RecordChange<'_>) -> Result<Record> {
        let settings = &self.settings;
        self.conn.atomic(|conn| save(conn, settings, None, change))
    }

    /// Does the same as `receivers.py`, and returns what the receivers saw.
    pub(crate) fn play(&mut self) -> Vec<String> {
        let tags = self.tags();
        let field = Product::meta().many("tags").unwrap();
        let links = |before, after| {
            vec![LinkChange {
                field,
                before,
                after,
            }]
        };

        let product = self.product("Lamp");
        let saved = self
            .save(RecordChange {
                before: None,
                after: product,
                links: links(&[], &tags[..1]),
            })
            .unwrap();
        let mut renamed = saved.clone();
        renamed.set(product_table::name, "Torch".to_owned());
        self.save(RecordChange {
            before: Some(&saved),
            after: renamed,
            links: links(&tags[..1], &tags[1..]),
        })
        .unwrap();

        self.delete_an_order(&saved);
        seen()
    }

    fn tags(&mut self) -> Vec<nuages::db::Value> {
        use crate::shop::schema::catalog_tag;
        ["red", "green", "blue"]
            .map(|name| {
                let mut tag = Record::new(Tag::meta());
                tag.set(catalog_tag::name, name.to_owned());
                tag.set(catalog_tag::slug, name.to_owned());
                self.save(RecordChange::add(tag)).unwrap().pk().clone()
            })
            .into()
    }

    /// Deletes an order with two items.
    fn delete_an_order(&mut self, product: &Record) {
        let mut order = Record::new(Order::meta());
        order.set(orders_order::number, "A1".to_owned());
        order.set(orders_order::email, "a@example.com".to_owned());
        let order = self.save(RecordChange::add(order)).unwrap();
        for _ in 0..2 {
            let mut item = Record::new(OrderItem::meta());
            item.set(orders_orderitem::order_id, order.pk().clone());
            item.set(orders_orderitem::product_id, product.pk().clone());
            let price: nuages::db::Decimal = "1.00".parse().unwrap();
            item.set(orders_orderitem::unit_price, price);
            self.save(RecordChange::add(item)).unwrap();
        }

        let rows = Query::new(Order::meta()).with_pks(vec![order.pk().clone()]);
        let settings = &self.settings;
        let deleted = self
            .conn
            .atomic(|conn| delete(conn, settings, None, rows))
            .unwrap();
        assert_eq!(deleted.rows, 3, "an order and two items");
    }
}

fn a_row_that_an_error_rolls_back_calls_no_receiver_after_the_commit(kind: Kind) {
    let mut world = World::new(kind);
    let product = world.product("Refused");

    let refused = world.save(RecordChange::add(product));

    assert!(
        matches!(refused, Err(Error::PermissionDenied)),
        "{refused:?}"
    );
    assert_eq!(
        seen(),
        [
            "before_save Refused created=true",
            "after_save Refused created=true before= key=true"
        ]
    );
    assert_eq!(
        Query::new(Product::meta()).count(&mut world.conn).unwrap(),
        0
    );
}

fn a_receiver_can_change_a_row_before_it_is_saved_and_sees_it_before_and_after(kind: Kind) {
    let mut world = World::new(kind);
    let product = world.product("To be changed");
    let saved = world.save(RecordChange::add(product)).unwrap();
    assert_eq!(name(&saved), "Changed");

    let stored = Query::new(Product::meta()).records(&mut world.conn, None, 0);
    assert_eq!(name(&stored.unwrap()[0]), "Changed");
    assert_eq!(
        seen(),
        [
            "before_save Changed created=true",
            "after_save Changed created=true before= key=true",
            "after_commit Changed created=true by nobody from webmaster@localhost",
        ]
    );
}

fn the_writer_of_the_admin_calls_receivers_within_save_model(kind: Kind) {
    const HOOKS: Hooks = Hooks {
        save_model: Some(|conn, record, save| {
            assert!(record.pk().is_null(), "a new row has no key yet");
            note(format!("save_model begins for {}", save.user.username));
            let from = save.saving.settings.email.from.clone();
            let saved = save.save(conn, record)?;
            note(format!("save_model ends, key={}", !record.pk().is_null()));
            conn.after_commit(move |_| {
                note(format!("committed, mail from {from}"));
                Ok(())
            })?;
            Ok(saved)
        }),
        ..Hooks::NONE
    };
    let mut world = World::new(kind);
    let user = ALICE.save(&mut world.conn);
    let permissions = Permissions::load(&mut world.conn, &user).unwrap();
    let actor = Actor { user, permissions };
    let policy = Policy::new(Product::meta()).with_hooks(&HOOKS);
    let product = world.product("Lamp");

    records::atomic(&mut world.conn, &actor, &world.settings, |conn, writer| {
        writer.save(conn, policy, RecordChange::add(product))
    })
    .unwrap();

    assert_eq!(
        seen(),
        [
            "save_model begins for alice",
            "before_save Lamp created=true",
            "after_save Lamp created=true before= key=true",
            "save_model ends, key=true",
            "after_commit Lamp created=true by alice from webmaster@localhost",
            "committed, mail from webmaster@localhost",
        ]
    );
}

fn watched_site(kind: Kind) -> TestSite {
    let database = Database::migrated(kind);
    ALICE.save(&mut database.connect());
    TestSite::for_project(database, &[("DEFAULT_FROM_EMAIL", WATCHED)], &PROJECT)
}

/// Returns the groups that the receivers have added.
fn groups(site: &TestSite) -> Vec<String> {
    auth_group::table
        .select(auth_group::name)
        .order(auth_group::id)
        .load(&mut site.connect())
        .unwrap()
}

fn log_in(client: &Client, agent: &str, password: &str) -> u16 {
    let token = client.token(crate::support::LOGIN);
    let fields = [
        ("csrfmiddlewaretoken", token.as_str()),
        ("username", ALICE.username),
        ("password", password),
    ];
    client
        .post_with(crate::support::LOGIN, &[("user-agent", agent)], &fields)
        .status
}

fn receivers_see_logins_logouts_and_failures(kind: Kind) {
    let site = watched_site(kind);
    let client = Client::new(site.port);
    assert_eq!(log_in(&client, "spoon", "wrong"), 200);
    assert_eq!(log_in(&client, "knife", ALICE.password), 302);
    client.post("/accounts/logout/", &[]);
    let names = groups(&site);
    let lines: Vec<&str> = names.iter().map(String::as_str).collect();
    let [failed, logged_in, logged_out] = lines.as_slice() else {
        panic!("three events, not {lines:?}");
    };
    assert_eq!(*failed, "failed alice false 127.0.0.1 spoon");
    assert_eq!(*logged_in, "in alice true 127.0.0.1 knife");
    assert!(
        logged_out.starts_with("out alice true 127.0.0.1"),
        "{logged_out}"
    );
}

fn a_receiver_that_fails_refuses_the_login(kind: Kind) {
    let site = watched_site(kind);
    let client = Client::new(site.port);
    assert_eq!(log_in(&client, "refused", ALICE.password), 403);
    assert_eq!(client.get("/accounts/profile/").status, 302, "logged out");
    assert_eq!(groups(&site), Vec::<String>::new());
    let last_login = auth_user::table
        .select(auth_user::last_login)
        .first::<Option<nuages::db::Timestamp>>(&mut site.connect());
    assert_eq!(last_login.unwrap(), None, "it is rolled back");
}

fn signing_up_and_createsuperuser_call_the_receivers_of_users(kind: Kind) {
    let site = watched_site(kind);
    let password = "seven-lamps-and-a-kettle";
    let fields = [
        ("username", "zoe"),
        ("email", "zoe@example.com"),
        ("password1", password),
        ("password2", password),
    ];
    let reply = Client::new(site.port).post("/accounts/signup/", &fields);
    assert_eq!(reply.status, 302, "the account must be created");
    let names = groups(&site);
    assert_eq!(names[0], "created zoe");
    assert!(names[1].starts_with("in zoe true"), "{names:?}");
}

on_both!(mail_is_sent_after_the_commit_and_not_after_a_rollback);

fn mail_is_sent_after_the_commit_and_not_after_a_rollback(kind: Kind) {
    let mut world = World::new(kind);
    let dir = tempfile_dir(&world);
    let email = EmailSettings {
        backend: EmailBackend::File,
        file_path: dir.clone(),
        ..world.settings.email.clone()
    };
    let count = || std::fs::read_dir(&dir).map_or(0, Iterator::count);
    let mail = |to: &str| EmailMessage::new("Hi", "Hello", [to]);

    let failed = world.conn.atomic(|conn| {
        mail("a@example.com").send_after_commit(conn, &email)?;
        Err::<(), _>(Error::NotFound)
    });
    assert!(failed.is_err(), "the transaction fails");
    let refused = world
        .conn
        .atomic(|conn| mail("nobody").send_after_commit(conn, &email));
    assert!(refused.is_err(), "a wrong address is refused at once");

    world
        .conn
        .atomic(|conn| {
            mail("a@example.com").send_after_commit(conn, &email)?;
            assert_eq!(count(), 0, "nothing is sent before the commit");
            Ok(())
        })
        .unwrap();
    assert_eq!(count(), 0, "the mail waits for a worker");
    let mut settings = world.settings.clone();
    settings.email = email;
    let registry = Registry::default().with(&SEND);
    let attempts = run_waiting(&mut world.conn, &registry, &settings).unwrap();
    assert_eq!(attempts, 1, "one task was committed");
    assert_eq!(count(), 1, "the mail of the committed transaction only");
}

fn tempfile_dir(world: &World) -> std::path::PathBuf {
    world.database.dir.path().join("mail")
}
