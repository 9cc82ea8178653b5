//! `seed`: generates any amount of data, the same for the same arguments, in bounded memory.

use chrono::{Duration, NaiveDate, TimeZone as _, Utc};
use clap::Args;
use diesel::prelude::*;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};

use crate::shop::catalog::models::{Category, Product, Tag};
use crate::shop::orders::models::{Order, OrderItem};
use crate::shop::orders::models::{orders_order, orders_orderitem};
use crate::shop::schema::catalog_product_tags::{product_id, tag_id};
use crate::shop::schema::{catalog_category, catalog_product, catalog_product_tags, catalog_tag};
use nuages::db::{Conn, Decimal};
use nuages::error::{Error, Result};
use nuages::models::{Model as _, reset_sequences};
use nuages::on_conn;
use nuages::project::{Command, CommandContext};
use nuages::schema::auth_user;
use nuages::terminal::{progress, say};
use nuages::words::counted;

const STATUSES: [&str; 5] = ["pending", "paid", "shipped", "delivered", "cancelled"];
const NOUNS: [&str; 15] = [
    "lamp", "desk", "chair", "kettle", "bottle", "jacket", "keyboard", "laptop", "bicycle", "tent",
    "rope", "stove", "blanket", "pillow", "notebook",
];
const WORDS: [&str; 16] = [
    "amber", "birch", "cedar", "delta", "ember", "fjord", "granite", "harbor", "indigo", "juniper",
    "kelp", "linen", "maple", "north", "onyx", "pine",
];
/// Number of rows in one INSERT: with 13 columns this stays below the limits of SQLite (32,766
/// bound values) and PostgreSQL (65,535).
const BATCH: usize = 1_000;
/// Number of rows in one transaction.
const COMMIT: i64 = 10_000;
/// Products with this id or a higher one have no tags, as in the reference shop.
const TAGGED: i64 = 20_000;

/// The command and its arguments.
#[derive(Debug, Args)]
pub(crate) struct Seed {
    /// Number of products.
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(i64).range(1..=100_000_000))]
    products: i64,
    /// Number of orders, with two items each.
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(i64).range(0..=100_000_000))]
    orders: i64,
}

impl Command for Seed {
    const NAME: &'static str = "seed";
    const ABOUT: &'static str = "Fill the database with made data, for load tests";

    fn run(self, context: &CommandContext<'_>) -> Result<()> {
        fill(&self, &mut context.connect()?)
    }
}

fn fill(args: &Seed, conn: &mut Conn) -> Result<()> {
    let present: i64 = catalog_product::table.count().get_result(conn)?;
    let ordered: i64 = orders_order::table.count().get_result(conn)?;
    if present + ordered > 0 {
        return Err(Error::command(format!(
            "seed fills an empty shop, and this one has {present} products and {ordered} orders"
        )));
    }
    let mut rng = StdRng::seed_from_u64(20_260_101);
    conn.atomic(shelves)?;
    let customers: Vec<i32> = auth_user::table
        .select(auth_user::id)
        .order(auth_user::id)
        .limit(100)
        .load(conn)?;
    in_batches(conn, "products", args.products, |conn, ids| {
        products(conn, &mut rng, ids)
    })?;
    in_batches(conn, "orders", args.orders, |conn, ids| {
        orders(conn, &mut rng, ids, args.products, &customers)
    })?;
    let filled = [
        Category::meta(),
        Tag::meta(),
        Product::meta(),
        Order::meta(),
        OrderItem::meta(),
    ];
    conn.atomic(|conn| reset_sequences(conn, &filled))?;
    conn.optimize_after_bulk();
    let products = counted(args.products, "product", "products");
    say(&format!(
        "seeded {products}, {}",
        counted(args.orders, "order", "orders")
    ))
}

/// Calls `work` with ranges of ids from 1 to `count`, each in a transaction.
fn in_batches(
    conn: &mut Conn,
    label: &'static str,
    count: i64,
    mut work: impl FnMut(&mut Conn, Vec<i64>) -> Result<()>,
) -> Result<()> {
    let bar = progress(label, count.unsigned_abs());
    let mut low = 1;
    while low <= count {
        let high = (low + COMMIT - 1).min(count);
        conn.atomic(|conn| {
            let ids: Vec<i64> = (low..=high).collect();
            ids.chunks(BATCH).try_for_each(|ids| {
                work(conn, ids.to_vec())?;
                bar.inc(ids.len() as u64);
                Ok(())
            })
        })?;
        low = high + 1;
    }
    bar.finish_and_clear();
    Ok(())
}

/// Creates 100 categories and 50 tags.
fn shelves(conn: &mut Conn) -> Result<()> {
    let word = |i: i64| WORDS[usize::try_from(i).unwrap_or_default() % WORDS.len()];
    let category = |id: i64| Category {
        id,
        name: format!("{} goods {id}", capitalized(word(id))),
        slug: format!("{}-goods-{id}", word(id)),
        description: String::new(),
        parent_id: None,
    };
    let categories: Vec<Category> = (1..=100).map(category).collect();
    let tags: Vec<Tag> = (1..=50)
        .map(|id| Tag {
            id,
            name: format!("tag {id}"),
            slug: format!("tag-{id}"),
        })
        .collect();
    on_conn!(conn, |c| diesel::insert_into(catalog_category::table)
        .values(&categories)
        .execute(c))?;
    on_conn!(conn, |c| diesel::insert_into(catalog_tag::table)
        .values(&tags)
        .execute(c))?;
    Ok(())
}

fn products(conn: &mut Conn, rng: &mut StdRng, ids: Vec<i64>) -> Result<()> {
    let now = Utc::now();
    let first = NaiveDate::default() + Duration::days(18_262); // 2020-01-01
    let rows: Vec<Product> = ids
        .iter()
        .map(|&id| {
            let (word, noun) = (pick(rng, &WORDS), pick(rng, &NOUNS));
            let text: Vec<&str> = (0..30)
                .map(|_| {
                    if rng.random_ratio(16, 31) {
                        pick(rng, &WORDS)
                    } else {
                        pick(rng, &NOUNS)
                    }
                })
                .collect();
            Product {
                id,
                name: format!("{} {noun} {id}", capitalized(word)),
                slug: format!("{word}-{noun}-{id}"),
                sku: format!("SKU-{id:08}"),
                description: text.join(" "),
                price: Decimal::new(rng.random_range(100..=100_000), 2),
                stock: rng.random_range(0..=500),
                is_active: rng.random_ratio(9, 10),
                image: String::new(),
                released_on: Some(first + Duration::days(rng.random_range(0..=2000))),
                created_at: now.into(),
                updated_at: now.into(),
                category_id: rng.random_range(1..=100),
            }
        })
        .collect();
    on_conn!(conn, |c| diesel::insert_into(catalog_product::table)
        .values(&rows)
        .execute(c))?;
    let mut tags = Vec::new();
    for &id in ids.iter().filter(|id| **id <= TAGGED) {
        let one: i64 = rng.random_range(1..=50);
        let other = (one + rng.random_range(0..49)) % 50 + 1;
        tags.extend([
            (product_id.eq(id), tag_id.eq(one)),
            (product_id.eq(id), tag_id.eq(other)),
        ]);
    }
    on_conn!(conn, |c| diesel::insert_into(catalog_product_tags::table)
        .values(&tags)
        .execute(c))?;
    Ok(())
}

fn orders(
    conn: &mut Conn,
    rng: &mut StdRng,
    ids: Vec<i64>,
    products: i64,
    customers: &[i32],
) -> Result<()> {
    let start = Utc
        .timestamp_opt(1_735_689_600, 0)
        .single()
        .unwrap_or_default(); // 2025-01-01
    let mut items = Vec::with_capacity(ids.len() * 2);
    let rows: Vec<Order> = ids
        .into_iter()
        .map(|id| {
            for _ in 0..2 {
                items.push((
                    orders_orderitem::order_id.eq(id),
                    orders_orderitem::product_id.eq(rng.random_range(1..=products)),
                    orders_orderitem::quantity.eq(rng.random_range(1..=5)),
                    orders_orderitem::unit_price.eq(Decimal::new(999, 2)),
                ));
            }
            // One in (number of customers + 1) orders belongs to no customer.
            let customer = rng.random_range(0..=customers.len());
            Order {
                id,
                number: format!("R{id:09}"),
                email: format!("user{}@example.com", id % 5000),
                status: STATUSES
                    .choose(rng)
                    .map(|status| (*status).to_owned())
                    .unwrap_or_default(),
                note: String::new(),
                total: Decimal::new(rng.random_range(100..=900_000), 2),
                created_at: (start + Duration::seconds(id * 37)).into(),
                paid_at: None,
                customer_id: customers.get(customer).copied(),
            }
        })
        .collect();
    on_conn!(conn, |c| diesel::insert_into(orders_order::table)
        .values(&rows)
        .execute(c))?;
    on_conn!(conn, |c| diesel::insert_into(orders_orderitem::table)
        .values(&items)
        .execute(c))?;
    Ok(())
}

fn pick<'a>(rng: &mut StdRng, words: &[&'a str]) -> &'a str {
    words.choose(rng).copied().unwrap_or_default()
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}
