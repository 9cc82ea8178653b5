//! Cancelling, the admin's actions, and guest links.

use std::thread;

use super::Shop;
use chrono::TimeDelta;
use nuages_test::Kind;

use crate::shop::orders::models::Order;
use crate::shop::orders::models::orders_order as order;
use nuages::models::Model as _;

fn an_order_that_is_cancelled_by_many_at_once_gives_back_once(kind: Kind) {
    let shop = Shop::on(kind);
    let product = shop.product(9);
    let client = shop.site.client();
    shop.reviewed(&client, &[(product, 3)], "cancel@example.com")
        .submit();
    let (number, _) = shop.orders("cancel@example.com").pop().unwrap();
    assert_eq!(shop.stock(product), 6);
    let page = shop.site.mailbox()[0].link("/orders/");
    let path = page[page.find("/orders/").unwrap()..].to_owned();
    client.get(&path).assert_contains(&number);

    thread::scope(|scope| {
        for _ in 0..6 {
            let client = client.clone();
            let path = format!("{path}cancel/");
            scope.spawn(move || assert_eq!(client.post(&path, &[]).status(), 302));
        }
    });

    assert_eq!(
        (shop.status(&number).as_str(), shop.stock(product)),
        ("cancelled", 9)
    );
    assert_eq!(
        shop.site.mailbox().len(),
        2,
        "one for the order and one for its end"
    );
    // The link of a guest ends after 30 days.
    shop.site.clock().advance(TimeDelta::days(29));
    client.get(&path).assert_status(200);
    shop.site.clock().advance(TimeDelta::days(2));
    client.get(&path).assert_status(404);
}

fn actions_change_what_the_statuses_allow_and_count_the_rest(kind: Kind) {
    let shop = Shop::on(kind);
    let product = shop.product(99);
    let one = shop.buy(&[(product, 1)], "one@example.com");
    let two = shop.buy(&[(product, 1)], "two@example.com");
    shop.act("mark_paid", &[&one]).assert_status(302);

    shop.act("mark_shipped", &[&one, &two])
        .follow()
        .assert_contains("1 order is shipped now. 1 order was left out");

    assert_eq!(
        (&*shop.status(&one), &*shop.status(&two)),
        ("shipped", "pending")
    );
    shop.act("cancel_orders", &[&one, &two]);
    assert_eq!(
        (&*shop.status(&one), &*shop.status(&two)),
        ("shipped", "cancelled")
    );
    assert_eq!(shop.stock(product), 98);
}

fn an_order_of_django_is_changed_freely_and_moves_no_stock(kind: Kind) {
    let shop = Shop::on(kind);
    let product = shop.product(9);
    shop.site.create_record(Order::meta(), |row| {
        row.set(order::number, "D-1".to_owned());
        row.set(order::status, "pending".to_owned());
    });
    for (action, status) in [
        ("mark_delivered", "delivered"),
        ("mark_paid", "paid"),
        ("cancel_orders", "cancelled"),
    ] {
        shop.act(action, &["D-1"]);
        assert_eq!(shop.status("D-1"), status);
    }
    assert_eq!(shop.stock(product), 9);
}

nuages_test::on_both!(
    an_order_that_is_cancelled_by_many_at_once_gives_back_once,
    actions_change_what_the_statuses_allow_and_count_the_rest,
    an_order_of_django_is_changed_freely_and_moves_no_stock
);
