//! The pages of orders with cells that cannot be read, and addresses that no order can have.

use diesel::connection::SimpleConnection as _;

use super::Shop;
use nuages_test::Kind;

/// The statements that spoil a cell of an order, and of its item.
fn spoiled(kind: Kind) -> Vec<&'static str> {
    match kind {
        Kind::Sqlite => vec![
            "UPDATE orders_order SET total = 'x'",
            "UPDATE orders_order SET created_at = '2026-13-01'",
            "UPDATE orders_order SET created_at = 5",
            "UPDATE orders_order SET paid_at = ''",
            "UPDATE orders_order SET note = x'ff'",
            "UPDATE orders_orderitem SET unit_price = 'x'",
        ],
        Kind::Postgres => vec![
            "UPDATE orders_order SET total = 'NaN'",
            "UPDATE orders_order SET created_at = 'infinity'",
            "UPDATE orders_order SET created_at = '10000-01-01'",
            "UPDATE orders_order SET paid_at = '-infinity'",
            "UPDATE orders_orderitem SET unit_price = 'NaN'",
        ],
    }
}

fn an_unreadable_cell_spoils_neither_the_order_nor_the_list(kind: Kind) {
    for statement in spoiled(kind) {
        let shop = Shop::on(kind);
        let product = shop.product(9);
        let user = shop.site.user("buyer");
        let client = shop.site.client();
        client.force_login(&user);
        shop.reviewed(&client, &[(product, 2)], "cells@example.com")
            .submit();
        let number = shop.orders("cells@example.com").pop().unwrap().0;
        shop.site.db(|conn| {
            conn.batch_execute(statement)?;
            Ok(())
        });

        for path in [
            "/orders/",
            &format!("/orders/{number}/"),
            &format!("/orders/{number}/invoice/"),
        ] {
            let page = client.get(path);
            assert_eq!(page.status(), 200, "{path} after {statement}");
            assert!(page.contains(&number), "{path} after {statement}");
        }
        shop.act("mark_paid", &[&number]).assert_status(302);
        assert_eq!(shop.status(&number), "paid", "{statement}");
        client
            .post(&format!("/orders/{number}/cancel/"), &[])
            .assert_status(302);
        assert_eq!(shop.status(&number), "cancelled", "{statement}");
    }
}

fn an_address_with_a_null_character_is_not_found(kind: Kind) {
    let shop = Shop::on(kind);
    let client = shop.site.client();
    for path in [
        "/orders/%00/",
        "/orders/N2026%00/",
        "/orders/N2026%00/invoice/",
        "/orders/N%00/x/",
    ] {
        client.get(path).assert_status(404);
    }
    let sent = [("order_key", "a\0b"), ("seen", "x")];
    client.post("/checkout/place/", &sent).assert_status(400);
}

nuages_test::on_both!(
    an_unreadable_cell_spoils_neither_the_order_nor_the_list,
    an_address_with_a_null_character_is_not_found
);
