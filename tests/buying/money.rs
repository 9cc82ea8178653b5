//! Carts and amounts of money, with random values.

use proptest::prelude::*;
use serde_json::json;

use crate::shop::orders::models::{Cart, contained_tax};
use crate::shop::orders::status::OrderStatus;
use nuages::db::Decimal;
use nuages::records::Workflow as _;
use nuages::sessions::{Data, TypedData as _};

/// Returns `numerator / denominator`, with halves rounded to the even number.
fn half_to_even(numerator: i64, denominator: i64) -> i64 {
    let (whole, rest) = (numerator / denominator, numerator % denominator);
    match (rest * 2).cmp(&denominator) {
        std::cmp::Ordering::Less => whole,
        std::cmp::Ordering::Greater => whole + 1,
        std::cmp::Ordering::Equal => whole + whole % 2,
    }
}

proptest! {
    #[test]
    fn a_cart_is_read_back_as_it_was_written(lines in prop::collection::btree_map(1_i64.., 1_i32.., 0..20)) {
        let (cart, mut data) = (Cart(lines), Data::new());
        data.set("cart", &cart);
        prop_assert_eq!(Cart::or_empty(data.get_as("cart")), cart);
    }

    #[test]
    fn a_cart_that_nobody_would_write_has_only_possible_lines(
        key in "\\PC*",
        quantity in any::<i64>(),
        other in prop_oneof![Just(json!(null)), Just(json!([1])), Just(json!("2")), Just(json!(1.5))],
    ) {
        let value = json!({ key: quantity, "7": other });
        let cart = Cart::or_empty(serde_json::from_value(value.clone()).ok());
        prop_assert!(cart.0.iter().all(|(product, quantity)| *product > 0 && *quantity > 0));
        prop_assert!(!cart.0.contains_key(&7) || value["7"].is_i64());
    }

    #[test]
    fn the_tax_contained_is_exact_to_the_cent(cents in 0_i64..1_000_000_000_000) {
        let tax = contained_tax(&Decimal::new(cents, 2), &Decimal::from(10));
        prop_assert_eq!(tax, Decimal::new(half_to_even(cents * 10, 110), 2));
    }

    #[test]
    fn an_order_never_leaves_its_last_status(steps in prop::collection::vec(0_usize..5, 0..30)) {
        let names = ["pending", "paid", "shipped", "delivered", "cancelled"];
        let (mut status, mut was_shipped) = ("pending", false);
        for step in steps {
            if OrderStatus::sources(names[step]).contains(&status) {
                prop_assert!(!["delivered", "cancelled"].contains(&status));
                prop_assert!(!was_shipped || names[step] != "cancelled");
                status = names[step];
                was_shipped |= status == "shipped";
            }
        }
    }
}
