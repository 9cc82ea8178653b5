//! The total of an order that is not paid is the sum of its items, whoever changes it.

use diesel::prelude::*;

use super::Shop;
use crate::shop::orders::models::orders_order as order;
use nuages::db::Decimal;
use nuages_test::{Kind, PageForm};

/// Opens the form of an order in the admin.
fn order_form(shop: &Shop, number: &str) -> PageForm {
    let client = shop.site.client();
    client.force_login(&shop.site.superuser(&format!("boss-of-{number}")));
    let url = format!("/admin/orders/order/{}/change/", shop.key(number));
    client.get(&url).form("[name=_save]")
}

fn total(shop: &Shop, number: &str) -> String {
    let key = shop.key(number);
    let total: Decimal = shop.site.db(|conn| {
        let row = order::table.find(key).select(order::total);
        Ok(row.first(conn)?)
    });
    total.round(2).to_string()
}

fn a_typed_total_is_an_error(kind: Kind) {
    let shop = Shop::on(kind);
    let product = shop.product(9);
    let number = shop.buy(&[(product, 2)], "typed@example.com");

    let answer = order_form(&shop, &number).set("total", "1.00").submit();

    answer.assert_status(200).assert_field_error(
        "total",
        "The total of an order from the shop is the sum of its items.",
    );
    assert_eq!(total(&shop, &number), "22.00");
}

fn items_that_are_edited_with_the_status_count(kind: Kind) {
    let shop = Shop::on(kind);
    let product = shop.product(99);
    for (status, pieces, expected) in [("paid", "3", "33.00"), ("cancelled", "4", "44.00")] {
        let number = shop.buy(&[(product, 2)], &format!("{status}@example.com"));

        order_form(&shop, &number)
            .set("status", status)
            .set("items-0-quantity", pieces)
            .submit()
            .assert_status(302);

        assert_eq!(shop.status(&number), status);
        assert_eq!(total(&shop, &number), expected, "{status}");
    }
    let paid = shop.site.mailbox().into_iter().rev();
    let mut paid = paid.filter(|mail| mail.subject.ends_with("is paid"));
    assert!(
        paid.next().unwrap().text.contains("33.00"),
        "the mail has the new total"
    );
}

fn items_of_a_paid_order_leave_its_total_alone(kind: Kind) {
    let shop = Shop::on(kind);
    let product = shop.product(99);
    let number = shop.buy(&[(product, 2)], "left@example.com");
    shop.act("mark_paid", &[&number]).assert_status(302);

    order_form(&shop, &number)
        .set("status", "cancelled")
        .set("items-0-quantity", "3")
        .submit()
        .assert_status(302);

    assert_eq!(total(&shop, &number), "22.00");
}

nuages_test::on_both!(
    a_typed_total_is_an_error,
    items_that_are_edited_with_the_status_count,
    items_of_a_paid_order_leave_its_total_alone
);
