//! The cart, the checkout, orders and payments: the ways in which other shops sold too much, twice or not at all.
//!
//! Fifteen faults of other shops, and the tests for them:
//!
//! | fault | test |
//! |---|---|
//! | 1, 3: the stock is read, compared and written | `sixty_four_buyers_of_ten_pieces_get_exactly_ten_orders` |
//! | 2, 7: two tabs or a double click make two orders | `a_form_that_is_sent_eight_times_at_once_places_one_order` |
//! | 4: charged without an order | `a_payment_of_a_cancelled_order_is_to_be_given_back` |
//! | 5: numbers derived from the cart clash | `the_number_comes_from_a_sequence` |
//! | 6: a failing mail makes a second order | `an_order_whose_mail_cannot_be_sent_is_placed_once` |
//! | 8: the webhook and the browser finish the same cart | `an_event_pays_its_order_once` |
//! | 9: a key only conflicts instead of returning the first answer | `the_same_form_finds_its_order_again_and_leaves_a_new_cart_alone` |
//! | 10: a price changes after the review | `a_price_that_changed_since_the_review_is_shown_again` |
//! | 11: the tax differs by cents | `the_tax_contained_is_exact_to_the_cent` |
//! | 12: the stock is given back twice | `an_order_that_is_cancelled_by_many_at_once_gives_back_once` |
//! | 13: statuses change half, or against the rules | `an_order_never_leaves_its_last_status`, `actions_change_what_the_statuses_allow_and_count_the_rest` |
//! | 14: pages of guests are guessed, or open for ever | `an_order_that_is_cancelled_by_many_at_once_gives_back_once` (its link ends after 30 days) |
//! | 15: a product in two lines passes the check of the stock | `a_product_that_is_added_twice_is_one_line_of_the_cart` |

#![expect(
    clippy::similar_names,
    clippy::format_collect,
    clippy::unused_self,
    clippy::range_plus_one,
    reason = "short steps of a buyer, which read well beside each other"
)]
#![expect(
    clippy::unwrap_used,
    reason = "a test fails if a value is missing or an error occurs"
)]

/// The demo shop. A process serves one site, so these tests are a program of their own.
#[path = "../../src/shop/mod.rs"]
mod shop;

mod carts;
mod money;
mod order_pages;
mod payments;
mod placing;
mod processes;
mod statuses;
mod totals;

use std::thread;

use diesel::prelude::*;

use crate::shop::SHOP;
use crate::shop::catalog::models::{Category, Product};
use crate::shop::orders::models::orders_order as order;
use crate::shop::schema::{catalog_category as category, catalog_product as product};
use nuages::db::Decimal;
use nuages::models::Model as _;
use nuages_test::{Client, Kind, PageForm, Response, TestSite};

/// The secret that the tests sign payments with.
const SECRET: &str = "whsec-of-the-tests";
const ADDRESS: [(&str, &str); 6] = [
    ("name", "Ada Buyer"),
    ("street", "12 Long Street"),
    ("postal_code", "10115"),
    ("city", "Berlin"),
    ("country", "DE"),
    ("payment", "online"),
];

/// A shop in which products can be paid online.
struct Shop {
    site: TestSite,
}

impl Shop {
    fn on(kind: Kind) -> Self {
        let settings = [
            ("PAYMENT_PROVIDER_URL", "https://pay.example/"),
            ("PAYMENT_WEBHOOK_SECRET", SECRET),
        ];
        Self {
            site: TestSite::with_settings(kind, &SHOP, &settings),
        }
    }

    /// Adds a product that costs 11.00 with tax, and returns its primary key.
    fn product(&self, stock: i32) -> i64 {
        let shelf = self.site.create_record(Category::meta(), |_| {});
        let row = self.site.create_record(Product::meta(), |row| {
            row.set(product::category_id, shelf.pk().as_i64().unwrap());
            row.set(product::price, Decimal::new(1000, 2));
            row.set(product::stock, stock);
            row.set(product::is_active, true);
        });
        assert!(shelf.get(category::name).is_some());
        row.pk().as_i64().unwrap()
    }

    fn stock(&self, id: i64) -> i32 {
        self.site.db(|conn| {
            let row = product::table.find(id).select(product::stock);
            Ok(row.first(conn)?)
        })
    }

    fn set_price(&self, id: i64, price: Decimal) {
        self.site.db(|conn| {
            diesel::update(product::table.find(id))
                .set(product::price.eq(price))
                .execute(conn)?;
            Ok(())
        });
    }

    /// Returns the numbers and statuses of the orders of this address.
    fn orders(&self, email: &str) -> Vec<(String, String)> {
        self.site.db(|conn| {
            let rows = order::table.filter(order::email.eq(email.to_owned()));
            let rows = rows.order(order::id).select((order::number, order::status));
            Ok(rows.load(conn)?)
        })
    }

    /// Fills a cart and opens the review, and returns its form.
    fn reviewed(&self, client: &Client, lines: &[(i64, i32)], email: &str) -> PageForm {
        for (product, quantity) in lines {
            let (product, quantity) = (product.to_string(), quantity.to_string());
            let fields = [("product", &*product), ("quantity", &*quantity)];
            client
                .post("/cart/add/", &fields)
                .assert_redirects("/cart/");
        }
        let fields = [&ADDRESS[..], &[("email", email)]].concat();
        client
            .post("/checkout/", &fields)
            .assert_redirects("/checkout/review/");
        client.get("/checkout/review/").form("[name=order_key]")
    }

    /// Lets a new guest buy, and returns the number of the order.
    fn buy(&self, lines: &[(i64, i32)], email: &str) -> String {
        let answer = self.reviewed(&self.site.client(), lines, email).submit();
        assert_eq!(answer.status(), 302, "{}", answer.text());
        self.orders(email).pop().unwrap().0
    }

    /// Runs an action of the admin on orders.
    fn act(&self, action: &str, numbers: &[&str]) -> Response {
        let client = self.site.client();
        client.force_login(
            &self
                .site
                .superuser(&format!("boss-{action}-{}", numbers.concat())),
        );
        let keys: Vec<String> = numbers
            .iter()
            .map(|number| self.key(number).to_string())
            .collect();
        let mut fields = vec![("action", action), ("index", "0"), ("select_across", "0")];
        fields.extend(keys.iter().map(|key| ("_selected_action", key.as_str())));
        client.post("/admin/orders/order/", &fields)
    }

    fn key(&self, number: &str) -> i64 {
        self.site.db(|conn| {
            let row = order::table.filter(order::number.eq(number.to_owned()));
            Ok(row.select(order::id).first(conn)?)
        })
    }

    fn status(&self, number: &str) -> String {
        self.site.db(|conn| {
            let row = order::table.filter(order::number.eq(number.to_owned()));
            Ok(row.select(order::status).first(conn)?)
        })
    }
}

/// Submits all forms at the same time, and returns the statuses of the answers.
fn submit_together(forms: Vec<PageForm>) -> Vec<u16> {
    let threads: Vec<_> = forms
        .into_iter()
        .map(|form| thread::spawn(move || form.submit().status()))
        .collect();
    threads
        .into_iter()
        .map(|thread| thread.join().unwrap())
        .collect()
}
