//! `/checkout/place/`

use super::{Shop, submit_together};
use crate::shop::orders::models::{Order, orders_order as order};
use nuages::db::Decimal;
use nuages::models::Model as _;
use nuages_test::Kind;

fn sixty_four_buyers_of_ten_pieces_get_exactly_ten_orders(kind: Kind) {
    let shop = Shop::on(kind);
    let (scarce, plenty) = (shop.product(10), shop.product(1000));
    let forms = (0..64)
        .map(|number| {
            // A cart with another product must not give pieces of it away either.
            let lines = [(scarce, 1), (plenty, 1)];
            let lines = &lines[..1 + number % 2];
            shop.reviewed(&shop.site.client(), lines, "crowd@example.com")
        })
        .collect();

    let statuses = submit_together(forms);

    let count = |wanted: u16| statuses.iter().filter(|status| **status == wanted).count();
    assert_eq!((count(302), count(409)), (10, 54), "{statuses:?}");
    assert_eq!(
        (shop.stock(scarce), shop.orders("crowd@example.com").len()),
        (0, 10)
    );
    let bought_too = 1000 - shop.stock(plenty);
    assert!(
        (0..=10).contains(&bought_too),
        "{bought_too} pieces of the other product are gone"
    );
}

fn a_form_that_is_sent_eight_times_at_once_places_one_order(kind: Kind) {
    let shop = Shop::on(kind);
    let product = shop.product(9);
    let client = shop.site.client();
    shop.reviewed(&client, &[(product, 2)], "twice@example.com");
    let forms = (0..8)
        .map(|_| client.get("/checkout/review/").form("[name=order_key]"))
        .collect();

    assert_eq!(submit_together(forms), [302; 8]);

    assert_eq!(shop.orders("twice@example.com").len(), 1);
    assert_eq!(shop.stock(product), 7);
    assert_eq!(shop.site.mailbox().len(), 1, "one order, one mail");
}

fn the_same_form_finds_its_order_again_and_leaves_a_new_cart_alone(kind: Kind) {
    let shop = Shop::on(kind);
    let product = shop.product(9);
    let client = shop.site.client();
    let form = shop.reviewed(&client, &[(product, 2)], "again@example.com");
    let (key, seen) = (form.value("order_key"), form.value("seen"));
    let first = form.submit();
    let text = product.to_string();
    client.post("/cart/add/", &[("product", &text)]);

    let second = client.post("/checkout/place/", &[("order_key", &key), ("seen", &seen)]);

    assert_eq!(first.header("location"), second.header("location"));
    assert_eq!(
        (shop.stock(product), shop.orders("again@example.com").len()),
        (7, 1)
    );
    client.get("/products/").assert_contains("Cart 1");
}

fn the_form_of_another_browser_places_nothing_and_shows_no_address(kind: Kind) {
    let shop = Shop::on(kind);
    let product = shop.product(9);
    let form = shop.reviewed(&shop.site.client(), &[(product, 1)], "victim@example.com");
    let (key, seen) = (form.value("order_key"), form.value("seen"));
    assert_eq!(form.submit().status(), 302);
    let thief = shop.site.client();
    shop.reviewed(&thief, &[(product, 1)], "thief@example.com");

    let answer = thief.post("/checkout/place/", &[("order_key", &key), ("seen", &seen)]);

    answer.assert_redirects("/checkout/review/");
    answer.follow().assert_not_contains("victim@example.com");
    assert_eq!(shop.orders("thief@example.com"), []);
    assert_eq!(shop.stock(product), 8);
}

fn a_cart_that_changed_since_the_review_is_shown_again(kind: Kind) {
    let shop = Shop::on(kind);
    let product = shop.product(9);
    let client = shop.site.client();
    let form = shop.reviewed(&client, &[(product, 1)], "stale@example.com");
    let text = product.to_string();
    client.post("/cart/add/", &[("product", &text)]);

    form.submit()
        .assert_redirects("/checkout/review/")
        .follow()
        .assert_contains("Your cart has changed");

    assert_eq!(
        (shop.stock(product), shop.orders("stale@example.com").len()),
        (9, 0)
    );
}

fn a_price_that_changed_since_the_review_is_shown_again(kind: Kind) {
    let shop = Shop::on(kind);
    let product = shop.product(9);
    let form = shop.reviewed(&shop.site.client(), &[(product, 1)], "dear@example.com");
    shop.set_price(product, Decimal::new(2000, 2));

    form.submit()
        .assert_redirects("/checkout/review/")
        .follow()
        .assert_contains("Your cart has changed");

    assert_eq!(
        (shop.stock(product), shop.orders("dear@example.com").len()),
        (9, 0)
    );
}

fn the_first_button_of_the_cart_removes_nothing(kind: Kind) {
    let shop = Shop::on(kind);
    let product = shop.product(9);
    let (client, text) = (shop.site.client(), product.to_string());
    client.post("/cart/add/", &[("product", &text)]);

    // A browser presses the first button when the visitor presses Enter in a quantity.
    let name = format!("quantity-{product}");
    let form = client.get("/cart/").form(&format!("[name={name}]"));
    form.set(&name, "4").submit().assert_redirects("/cart/");

    assert_eq!(
        client
            .get("/cart/")
            .form(&format!("[name={name}]"))
            .value(&name),
        "4"
    );
}

fn the_number_comes_from_a_sequence(kind: Kind) {
    let shop = Shop::on(kind);
    let product = shop.product(9);
    let first = shop.buy(&[(product, 1)], "one@example.com");
    let second = shop.buy(&[(product, 1)], "two@example.com");
    let number = |text: &str| text.split_once('-').unwrap().1.parse::<i64>().unwrap();
    assert!(number(&second) > number(&first), "{first} {second}");
    assert!(first.starts_with('N') && first.len() <= 20, "{first}");
}

fn a_number_that_an_order_of_django_has_is_left_out(kind: Kind) {
    let shop = Shop::on(kind);
    let product = shop.product(9);
    let first = shop.buy(&[(product, 1)], "one@example.com");
    let (year, number) = first.split_once('-').unwrap();
    for more in 1..=3 {
        let taken = format!("{year}-{:06}", number.parse::<i64>().unwrap() + more);
        shop.site
            .create_record(Order::meta(), |row| row.set(order::number, taken.clone()));
    }

    let next = shop.buy(&[(product, 1)], "two@example.com");

    let expected = number.parse::<i64>().unwrap() + 4;
    assert_eq!(next, format!("{year}-{expected:06}"));
}

fn an_order_whose_mail_cannot_be_sent_is_placed_once(kind: Kind) {
    let shop = Shop::on(kind);
    let product = shop.product(9);
    let client = shop.site.client();
    // The form accepts this address, and the mail program refuses to write to it.
    let email = format!("{}@example.com", "a".repeat(70));
    let form = shop.reviewed(&client, &[(product, 2)], &email);
    let (key, seen) = (form.value("order_key"), form.value("seen"));

    let first = form.submit();
    let second = client.post("/checkout/place/", &[("order_key", &key), ("seen", &seen)]);

    assert_eq!((first.status(), second.status()), (302, 302));
    assert_eq!(first.header("location"), second.header("location"));
    assert_eq!((shop.stock(product), shop.orders(&email).len()), (7, 1));
    assert_eq!(shop.site.mailbox().len(), 0, "this mail cannot be sent");
}

fn a_product_that_is_added_twice_is_one_line_of_the_cart(kind: Kind) {
    let shop = Shop::on(kind);
    let product = shop.product(3);
    let client = shop.site.client();
    shop.reviewed(&client, &[(product, 2), (product, 2)], "lines@example.com")
        .submit();
    assert_eq!(
        shop.stock(product),
        0,
        "cut to the three pieces of the stock"
    );
    assert_eq!(shop.orders("lines@example.com").len(), 1);
}

nuages_test::on_both!(
    an_order_whose_mail_cannot_be_sent_is_placed_once,
    a_product_that_is_added_twice_is_one_line_of_the_cart,
    sixty_four_buyers_of_ten_pieces_get_exactly_ten_orders,
    a_form_that_is_sent_eight_times_at_once_places_one_order,
    the_same_form_finds_its_order_again_and_leaves_a_new_cart_alone,
    the_form_of_another_browser_places_nothing_and_shows_no_address,
    a_cart_that_changed_since_the_review_is_shown_again,
    a_price_that_changed_since_the_review_is_shown_again,
    the_first_button_of_the_cart_removes_nothing,
    the_number_comes_from_a_sequence,
    a_number_that_an_order_of_django_has_is_left_out
);
