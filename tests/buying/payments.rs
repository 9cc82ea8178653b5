//! `/payments/online/webhook/`

use super::{SECRET, Shop};
use nuages_test::Kind;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// Returns the header that the provider sends with `body`.
fn signature(body: &str, seconds: i64) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(format!("{seconds}.{body}").as_bytes());
    let bytes = mac.finalize().into_bytes();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={seconds},v1={hex}")
}

fn event(id: &str, number: &str, amount: &str) -> String {
    format!(
        r#"{{"id": "{id}", "type": "payment.succeeded", "order": "{number}", "amount": "{amount}", "currency": "EUR"}}"#
    )
}

/// Sends `body` as the provider would, signed some seconds ago, and returns the status of the answer.
fn send(shop: &Shop, body: &str, age: i64) -> u16 {
    let now = shop.site.clock().now().utc().timestamp();
    let client = shop.site.client();
    client
        .with_header("X-Signature", &signature(body, now - age))
        .request(
            "POST",
            "/payments/online/webhook/",
            "application/json",
            body.as_bytes(),
        )
        .status()
}

fn an_event_pays_its_order_once(kind: Kind) {
    let shop = Shop::on(kind);
    let product = shop.product(9);
    let number = shop.buy(&[(product, 2)], "pay@example.com");
    for (body, age, expected, status) in [
        (event("e1", &number, "22.01"), 0, 409, "pending"),
        (event("e1", "N1-1", "22.00"), 0, 404, "pending"),
        (event("e1", &number, "22.00"), 301, 400, "pending"),
        (event("e1", &number, "twenty-two"), 0, 409, "pending"),
        ("{".to_owned(), 0, 400, "pending"),
        (event("e1", &number, "22.00"), 290, 200, "paid"),
        (event("e1", &number, "22.00"), 0, 200, "paid"),
    ] {
        assert_eq!(send(&shop, &body, age), expected, "{body} {age}");
        assert_eq!(shop.status(&number), status, "{body} {age}");
    }
    let unsigned = shop.site.client().request(
        "POST",
        "/payments/online/webhook/",
        "application/json",
        event("e2", &number, "22.00").as_bytes(),
    );
    assert_eq!(unsigned.status(), 400);
    assert_eq!(
        shop.site.mailbox().len(),
        2,
        "the order is received, and paid"
    );
}

fn a_payment_of_a_cancelled_order_is_to_be_given_back(kind: Kind) {
    let shop = Shop::on(kind);
    let product = shop.product(9);
    let number = shop.buy(&[(product, 2)], "late@example.com");
    shop.act("cancel_orders", &[&number]);

    assert_eq!(send(&shop, &event("late", &number, "22.00"), 0), 200);

    assert_eq!(
        (&*shop.status(&number), shop.stock(product)),
        ("cancelled", 9)
    );
    let staff = shop.site.client();
    staff.force_login(&shop.site.superuser("reader"));
    staff
        .get(&format!(
            "/admin/orders/order/{}/change/",
            shop.key(&number)
        ))
        .assert_contains("has to be given back");
}

nuages_test::on_both!(
    an_event_pays_its_order_once,
    a_payment_of_a_cancelled_order_is_to_be_given_back
);
