//! Programs at the API, people at the form of the admin, and SQL of other programs, which change one row in
//! any order and at the same time. No change may be lost.
//!
//! The form accepts the value that somebody else has saved meanwhile, so each form enters a value of its own.

use std::cell::Cell;
use std::thread;

use diesel::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value as Json, json};
use ureq::http::Method;

use super::{PRODUCTS, Program, json, shop};
use crate::shop::schema::catalog_product;
use crate::support::{ALICE, Client, Form, Kind, TestSite, product};

/// The form of the same product in the admin.
const FORM: &str = "/admin/catalog/product/1/change/";

/// A writer of one row. It reads first, and writes with its next step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Writer {
    /// Adds one to the stock with `If-Match`.
    ApiStock,
    /// Enters a new stock in the form.
    FormStock,
    /// Changes the name in the form.
    FormName,
    /// Changes the name without `If-Match`, in one step.
    ApiName,
    /// Adds one to the stock with a statement, in one step, as a Django without Nuages would.
    SqlStock,
}

const WRITERS: [Writer; 5] = [
    Writer::ApiStock,
    Writer::FormStock,
    Writer::FormName,
    Writer::ApiName,
    Writer::SqlStock,
];

/// The values that the writers change.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stored {
    name: String,
    stock: i32,
}

/// A row as a writer has read it.
enum Read {
    /// The row and its `ETag`.
    Api(Json, String),
    Form(Form),
}

/// A product, and those who write it.
struct Table<'a> {
    site: &'a TestSite,
    program: &'a Program,
    alice: &'a Client,
    path: String,
    /// The form or the answer that each writer has read, and the values at that moment.
    reads: Vec<(Writer, Read, Stored)>,
    /// Number of values that were made, so that none comes again.
    made: &'a Cell<i32>,
}

impl Table<'_> {
    fn stored(&self) -> Stored {
        stored(self.site)
    }

    fn new_number(&self) -> i32 {
        self.made.set(self.made.get() + 1);
        self.made.get()
    }

    fn new_name(&self) -> String {
        format!("Lamp {}", self.new_number())
    }

    /// Returns a stock that the writers who add one do not reach in a case.
    fn new_stock(&self) -> i32 {
        1_000 + 100 * self.new_number()
    }

    /// Lets a writer take its next step, and checks that the row has exactly the writer's change then.
    fn step(&mut self, writer: Writer) {
        let before = self.stored();
        let reading = self.reads.iter().position(|(known, ..)| *known == writer);
        let Some(reading) = reading else {
            self.first_step(writer, before);
            return;
        };
        let (_, read, seen) = self.reads.remove(reading);
        let mut wanted = before.clone();
        let is_done = match read {
            Read::Api(row, etag) => {
                let stock = row["stock"].as_i64().unwrap() + 1;
                wanted.stock = i32::try_from(stock).unwrap();
                let headers = [("if-match", etag.as_str())];
                let body = json!({ "stock": stock });
                let reply = self
                    .program
                    .json(Method::PATCH, &self.path, &headers, &body);
                assert!(
                    matches!(reply.status, 200 | 412),
                    "an answer of the API: {}",
                    reply.text()
                );
                reply.status == 200
            }
            Read::Form(form) => {
                let form = if writer == Writer::FormName {
                    wanted.name = self.new_name();
                    form.set("name", &wanted.name)
                } else {
                    wanted.stock = self.new_stock();
                    form.set("stock", &wanted.stock.to_string())
                };
                let reply = self.alice.submit(&form, "_continue");
                assert!(
                    matches!(reply.status, 200 | 302),
                    "an answer of the form: {}",
                    reply.words()
                );
                reply.status == 302
            }
        };

        if is_done {
            assert_eq!(self.stored(), wanted, "{writer:?} wrote its change only");
            if writer != Writer::FormName {
                assert_eq!(before.stock, seen.stock, "{writer:?} overwrote a stock");
            }
        } else {
            assert_eq!(self.stored(), before, "{writer:?} was refused");
            assert_ne!(before, seen, "{writer:?} was refused without a reason");
        }
    }

    /// Lets a writer read, or do all that it does.
    fn first_step(&mut self, writer: Writer, before: Stored) {
        let mut wanted = before.clone();
        match writer {
            Writer::ApiStock => {
                let reply = self.program.get(&self.path);
                let etag = reply.header("etag").to_owned();
                let read = Read::Api(json(&reply, 200), etag);
                self.reads.push((writer, read, before));
            }
            Writer::FormStock | Writer::FormName => {
                let read = Read::Form(self.alice.form(FORM, "name"));
                self.reads.push((writer, read, before));
            }
            Writer::ApiName => {
                wanted.name = self.new_name();
                let body = json!({"name": wanted.name});
                json(&self.program.patch(&self.path, &body), 200);
            }
            Writer::SqlStock => {
                wanted.stock += 1;
                add_one(self.site);
            }
        }
        assert_eq!(
            self.stored(),
            wanted,
            "{writer:?} changes only its own field"
        );
    }
}

fn stored(site: &TestSite) -> Stored {
    let (name, stock) = catalog_product::table
        .select((catalog_product::name, catalog_product::stock))
        .first(&mut site.connect())
        .unwrap();
    Stored { name, stock }
}

fn add_one(site: &TestSite) {
    diesel::update(catalog_product::table)
        .set(catalog_product::stock.eq(catalog_product::stock + 1))
        .execute(&mut site.connect())
        .unwrap();
}

/// `PROPTEST_CASES` is the number of orders; without it there are 40.
fn no_order_of_writers_loses_a_change(kind: Kind) {
    let site = shop(kind);
    product("Lamp").save(&mut site.connect());
    let (program, alice) = (Program::of(&site, &ALICE), ALICE.browser(&site));

    let made = Cell::new(0);
    let orders = proptest::collection::vec(proptest::sample::select(&WRITERS[..]), 3..10);
    let cases = Config::default().cases;
    let config = Config {
        cases: if std::env::var_os("PROPTEST_CASES").is_some() {
            cases
        } else {
            40
        },
        failure_persistence: None,
        ..Config::default()
    };
    let run = TestRunner::new(config).run(&orders, |order| {
        let mut table = Table {
            site: &site,
            program: &program,
            alice: &alice,
            path: format!("{PRODUCTS}1/"),
            reads: Vec::new(),
            made: &made,
        };
        for writer in order {
            table.step(writer);
        }
        Ok(())
    });
    if let Err(error) = run {
        panic!("{error}");
    }
}

/// Reads the stock and adds one to it until it was written. Repeats a refused request.
fn add_with_api(program: &Program, path: &str) {
    loop {
        let reply = program.get(path);
        let stock = json(&reply, 200)["stock"].as_i64().unwrap() + 1;
        let headers = [("if-match", reply.header("etag"))];
        let reply = program.json(Method::PATCH, path, &headers, &json!({ "stock": stock }));
        match reply.status {
            200 => return,
            412 => {}
            _ => panic!("an answer of the API: {}", reply.text()),
        }
    }
}

/// Adds `amount` to the stock with the form. The amounts of writers differ, so that they never enter the same value.
fn add_with_form(alice: &Client, amount: i32) {
    loop {
        let form = alice.form(FORM, "name");
        let stock: i32 = form.value("stock").parse().unwrap();
        let form = form.set("stock", &(stock + amount).to_string());
        match alice.submit(&form, "_continue") {
            reply if reply.status == 302 => return,
            reply if reply.status == 200 => {}
            reply => panic!("an answer of the form: {}", reply.words()),
        }
    }
}

fn writers_at_the_same_time_lose_nothing(kind: Kind) {
    const ROUNDS: i32 = 8;
    const AMOUNTS: [i32; 2] = [100, 10_000];
    let site = shop(kind);
    product("Lamp").save(&mut site.connect());
    let before = stored(&site).stock;
    let path = format!("{PRODUCTS}1/");

    thread::scope(|scope| {
        for amount in AMOUNTS {
            let (site, path) = (&site, path.as_str());
            scope.spawn(move || {
                let program = Program::of(site, &ALICE);
                for _ in 0..ROUNDS {
                    add_with_api(&program, path);
                }
            });
            scope.spawn(move || {
                let alice = ALICE.browser(site);
                for _ in 0..ROUNDS {
                    add_with_form(&alice, amount);
                }
            });
            scope.spawn(move || {
                for _ in 0..ROUNDS {
                    add_one(site);
                }
            });
        }
    });
    let added = AMOUNTS
        .iter()
        .map(|amount| ROUNDS * (amount + 2))
        .sum::<i32>();
    assert_eq!(stored(&site).stock - before, added, "all additions");
}

on_both!(
    no_order_of_writers_loses_a_change,
    writers_at_the_same_time_lose_nothing,
);
