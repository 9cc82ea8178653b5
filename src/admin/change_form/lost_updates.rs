//! Simulates two people at one row ten thousand times: no saved value is overwritten without a
//! question.

use std::collections::BTreeMap;

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use super::outcome::Outcome;
use super::page::Content;
use super::request::ChangeFormRequest;
use crate::admin::{Actor, AdminSite};
use crate::auth::User;
use crate::auth::permissions::Permissions;
use crate::db::{Conn, Limits, Timestamp};
use crate::forms::model::ControlKind;
use crate::http::{PostData, QueryDict};
use crate::models::{Description, ManyToMany, Model, Query};
use crate::settings::{DatabaseUrl, Env, Settings};
use crate::test_tables::{catalog_product, catalog_product_tags, catalog_tag};

const INTERLEAVINGS: usize = 10_000;

#[derive(Identifiable)]
#[diesel(table_name = catalog_tag)]
struct Tag {
    id: i64,
}

impl Model for Tag {
    fn describe(it: Description<Self>) -> Description<Self> {
        it.display(catalog_tag::name)
    }
}

#[derive(Identifiable)]
#[diesel(table_name = catalog_product)]
struct Product {
    id: i64,
}

impl Model for Product {
    fn describe(it: Description<Self>) -> Description<Self> {
        use catalog_product as product;
        use catalog_product_tags::{product_id, tag_id};
        it.field(product::name, |field| field.max_length(200))
            .field(product::description, |field| field.blank())
            .field(product::price, |field| field.decimal(10, 2))
            .field(product::stock, |field| field.positive())
            .field(product::is_active, |field| field.default(|| true.into()))
            .field(product::updated_at, |field| field.auto_now())
            .many_to_many(ManyToMany::new::<Tag, _, _>("tags", product_id, tag_id).blank())
    }
}

/// The content of the form: texts by name; ticked and chosen values are joined.
type State = BTreeMap<String, String>;

/// Returns the data that a browser would send for the page, and the content of the form.
fn read(content: &Content) -> (QueryDict, State) {
    let (mut sent, mut state) = (QueryDict::default(), State::new());
    for (name, value) in &content.hidden {
        sent.push(name.clone(), value.clone());
    }
    for field in content
        .groups
        .iter()
        .flat_map(|group| group.lines.iter().flatten())
    {
        let Some(widget) = &field.widget else {
            continue;
        };
        let control = &widget.control;
        let value = match control.kind {
            ControlKind::SelectMany => {
                let chosen = control.choices.iter().filter(|choice| choice.selected);
                chosen
                    .map(|choice| choice.value.as_str())
                    .collect::<Vec<_>>()
                    .join(",")
            }
            ControlKind::Checkbox => if control.is_ticked() { "on" } else { "" }.to_owned(),
            _ => control.value.clone(),
        };
        state.insert(control.name.clone(), value);
    }
    // Only these fields are edited; the others are sent back unchanged.
    state.retain(|name, _| {
        [
            "name",
            "description",
            "price",
            "stock",
            "is_active",
            "released_on",
            "tags",
        ]
        .contains(&&**name)
    });
    (sent, state)
}

fn chosen(keys: &str) -> Vec<&str> {
    keys.split(',').filter(|key| !key.is_empty()).collect()
}

struct World {
    conn: Conn,
    screen: ChangeFormRequest,
    random: StdRng,
}

struct Writer {
    hidden: QueryDict,
    loaded: State,
}

impl World {
    fn new() -> Self {
        let mut conn = Conn::open(&DatabaseUrl::Sqlite(":memory:".into()), Limits::NONE).unwrap();
        for tables in [
            include_str!("../../../migrations/sqlite/contenttypes_0001_initial/up.sql"),
            include_str!("../../../migrations/sqlite/auth_0001_initial/up.sql"),
            include_str!("../../../migrations/sqlite/catalog_0001_initial/up.sql"),
            include_str!("../../../migrations/sqlite/admin_0001_initial/up.sql"),
        ] {
            conn.batch_execute(tables).unwrap();
        }
        conn.batch_execute(
            "PRAGMA foreign_keys = OFF;
             INSERT INTO django_content_type (app_label, model) VALUES ('catalog', 'product');
             INSERT INTO catalog_tag (id, name, slug) VALUES (1,'a','a'),(2,'b','b'),(3,'c','c'),(4,'d','d');
             INSERT INTO catalog_product VALUES
                 (7,'lamp','lamp','L','',10,1,1,'',NULL,'2024-01-01 00:00:00','2024-01-01 00:00:00',1);",
        )
        .unwrap();
        let user = User {
            id: 1,
            password: String::new(),
            last_login: None,
            is_superuser: true,
            username: "admin".to_owned(),
            first_name: String::new(),
            last_name: String::new(),
            email: String::new(),
            is_staff: true,
            is_active: true,
            date_joined: Some(Timestamp::now()),
        };
        let permissions = Permissions::load(&mut conn, &user).unwrap();
        let site: &'static AdminSite =
            Box::leak(Box::new(AdminSite::new(&[]).register::<Product>(|it| {
                use catalog_product::{category_id, created_at, image, sku, slug};
                it.exclude((slug, sku, image, created_at, category_id))
            })));
        let settings = Settings::read(&Env::from_pairs(&[("SECRET_KEY", "x")])).unwrap();
        let screen = ChangeFormRequest {
            is_kept: false,
            registered: site.registered(Product::meta()).unwrap(),
            site,
            actor: Actor { user, permissions },
            settings: actix_web::web::Data::new(settings),
            query: QueryDict::default(),
            part: Some("7".to_owned()),
            post: None,
            is_popup: false,
            to_field: None,
        };
        Self {
            conn,
            screen,
            random: StdRng::seed_from_u64(20_261_120),
        }
    }

    fn open(&mut self) -> Writer {
        let Outcome::Page(content) = self.screen.clone().run(&mut self.conn).unwrap() else {
            panic!("no page")
        };
        let (hidden, loaded) = read(&content);
        Writer { hidden, loaded }
    }

    /// Changes some fields, perhaps none.
    fn edited(&mut self, loaded: &State) -> State {
        let mut state = loaded.clone();
        for (name, value) in &mut state {
            if self.random.random_bool(0.5) {
                continue;
            }
            let number = self.random.random_range(1..5);
            *value = match name.as_str() {
                "tags" => (1..5)
                    .filter(|_| self.random.random_bool(0.5))
                    .map(|tag| tag.to_string())
                    .collect::<Vec<_>>()
                    .join(","),
                "is_active" => if value.is_empty() { "on" } else { "" }.to_owned(),
                "price" => format!("{number}.50"),
                "stock" => number.to_string(),
                "released_on" => format!("2024-0{number}-01"),
                _ => format!("{name} {number}"),
            };
        }
        state
    }

    /// Sends the form; returns the page that is shown again if it was not saved.
    fn send(
        &mut self,
        hidden: &QueryDict,
        state: &State,
        with_marks: bool,
    ) -> Option<Box<Content>> {
        let mut fields = if with_marks {
            hidden.clone()
        } else {
            QueryDict::default()
        };
        for (name, value) in state {
            match name.as_str() {
                "tags" => chosen(value)
                    .into_iter()
                    .for_each(|tag| fields.push(name.clone(), tag.to_owned())),
                "is_active" if value.is_empty() => {}
                _ => fields.push(name.clone(), value.clone()),
            }
        }
        let screen = ChangeFormRequest {
            post: Some(PostData {
                fields,
                ..PostData::default()
            }),
            ..self.screen.clone()
        };
        match screen.run(&mut self.conn).unwrap() {
            Outcome::Saved(_) => None,
            Outcome::Page(content) => Some(content),
            Outcome::Missing => panic!("the row is gone"),
        }
    }
}

/// Returns the expected row after a writer who saw `loaded` has sent `sent`: the writer's changes,
/// and everybody else's.
fn merged(now: &State, loaded: &State, sent: &State) -> State {
    let mut after = now.clone();
    for (name, value) in sent.iter().filter(|(name, value)| loaded[*name] != **value) {
        if name == "tags" {
            let (saw, want) = (chosen(&loaded[name]), chosen(value));
            let kept = chosen(&now[name])
                .into_iter()
                .filter(|tag| want.contains(tag) || !saw.contains(tag));
            let fresh = want.iter().copied().filter(|tag| !saw.contains(tag));
            let all: std::collections::BTreeSet<&str> = kept.chain(fresh).collect();
            after.insert(name.clone(), all.into_iter().collect::<Vec<_>>().join(","));
        } else {
            after.insert(name.clone(), value.clone());
        }
    }
    after
}

/// Returns the fields that both have changed, to different values.
fn collisions(now: &State, loaded: &State, sent: &State) -> Vec<String> {
    let collides = |name: &&String| {
        *name != "tags"
            && loaded[*name] != sent[*name]
            && now[*name] != loaded[*name]
            && now[*name] != sent[*name]
    };
    sent.keys().filter(collides).cloned().collect()
}

#[test]
fn ten_thousand_interleavings_of_two_forms_lose_no_update() {
    let mut world = World::new();
    let (mut saves, mut questions) = (0, 0);
    let mut now = world.open().loaded;
    for _ in 0..INTERLEAVINGS {
        // Each writer opens the form and saves it; the order is random.
        let mut open: [Option<Writer>; 2] = [None, None];
        let mut left = [2, 2];
        while left != [0, 0] {
            let who = usize::from(world.random.random_bool(0.5));
            let Some(writer) = open[who].take() else {
                if left[who] == 2 {
                    open[who] = Some(world.open());
                    left[who] = 1;
                }
                continue;
            };
            left[who] = 0;
            let sent = world.edited(&writer.loaded);
            let collided = collisions(&now, &writer.loaded, &sent);
            match world.send(&writer.hidden, &sent, true) {
                None => {
                    assert!(
                        collided.is_empty(),
                        "{collided:?} was overwritten without a question"
                    );
                    now = merged(&now, &writer.loaded, &sent);
                    saves += 1;
                }
                Some(content) => {
                    assert_eq!(
                        content.conflicts.len(),
                        collided.len(),
                        "{collided:?} {:?}",
                        content.problems
                    );
                    questions += 1;
                    // Nothing was saved, and the entered values are kept.
                    let (hidden, kept) = read(&content);
                    assert!(collided.iter().all(|name| kept[name] == sent[name]));
                    // The second save confirms the writer's values.
                    assert!(world.send(&hidden, &kept, true).is_none());
                    now = merged(&now, &writer.loaded, &sent);
                }
            }
        }
        assert_eq!(world.open().loaded, now, "a write was lost");
    }
    assert!(
        saves > INTERLEAVINGS && questions > INTERLEAVINGS / 20,
        "{saves} saves, {questions} questions"
    );
}

#[test]
fn a_client_without_initial_inputs_saves_like_in_django() {
    let mut world = World::new();
    let (one, two) = (world.open(), world.open());
    let with = |loaded: &State, name: &str, value: &str| {
        let mut state = loaded.clone();
        state.insert(name.to_owned(), value.to_owned());
        state
    };
    assert!(
        world
            .send(&one.hidden, &with(&one.loaded, "stock", "50"), false)
            .is_none()
    );
    assert!(
        world
            .send(&two.hidden, &with(&two.loaded, "price", "6.00"), false)
            .is_none()
    );
    let now = world.open().loaded;
    assert_eq!(
        (now["stock"].as_str(), now["price"].as_str()),
        ("1", "6.00")
    );
}

#[test]
fn a_form_that_is_sent_again_is_not_a_conflict() {
    let mut world = World::new();
    let with = |loaded: &State, stock: &str| {
        let mut state = loaded.clone();
        state.insert("stock".to_owned(), stock.to_owned());
        state
    };
    let (back, other) = (world.open(), world.open());
    for stock in ["50", "60", "70"] {
        assert!(
            world
                .send(&back.hidden, &with(&back.loaded, stock), true)
                .is_none()
        );
        assert_eq!(world.open().loaded["stock"], stock);
    }
    // Another page counts as another person, whoever uses it.
    assert_eq!(
        world
            .send(&other.hidden, &with(&other.loaded, "80"), true)
            .unwrap()
            .conflicts
            .len(),
        1
    );
    let third = world.open();
    assert!(
        world
            .send(&third.hidden, &with(&third.loaded, "90"), true)
            .is_none()
    );
    assert_eq!(
        world
            .send(&back.hidden, &with(&back.loaded, "100"), true)
            .unwrap()
            .conflicts
            .len(),
        1
    );
}

#[test]
fn only_what_changed_is_written() {
    let mut world = World::new();
    let writer = world.open();
    // Django or a script changes columns that the form does not show.
    world
        .conn
        .batch_execute("UPDATE catalog_product SET sku = 'other', slug = 'other', created_at = '2020-01-01 00:00:00'")
        .unwrap();
    let sent = world.edited(&writer.loaded);
    assert!(world.send(&writer.hidden, &sent, true).is_none());
    let row = Query::new(Product::meta())
        .records(&mut world.conn, None, 0)
        .unwrap()
        .remove(0);
    assert_eq!(row.get(catalog_product::sku).unwrap().to_string(), "other");
    assert_eq!(
        row.get(catalog_product::created_at).unwrap().to_string(),
        "2020-01-01 00:00:00"
    );
}
