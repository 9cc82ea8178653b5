//! URLs of the cart, the checkout and the orders.

use super::{views, webhook as payments};
use nuages::actix_web::http::header::REFERRER_POLICY;
use nuages::http::Access::{Login, Public};
use nuages::http::{View, form, get, post};

nuages::urls! {
    cart: "/cart/", Public, get(views::cart).never_cache();
    add: "/cart/add/", Public, post(views::add);
    update: "/cart/update/", Public, post(views::update);
    checkout: "/checkout/", Public, form(views::checkout).never_cache();
    review: "/checkout/review/", Public, get(views::review).never_cache();
    place: "/checkout/place/", Public, post(views::place);
    order_list: "/orders/", Login, get(views::order_list).never_cache();
    order(number: String): "/orders/{number}/", Public, get(views::order).never_cache();
    invoice(number: String): "/orders/{number}/invoice/", Public, get(views::invoice).never_cache();
    cancel(number: String): "/orders/{number}/cancel/", Public, post(views::cancel);
    guest_order(number: String, token: String): "/orders/{number}/{token}/", Public, guests(get(views::order));
    guest_invoice(number: String, token: String): "/orders/{number}/{token}/invoice/", Public, guests(get(views::invoice));
    guest_cancel(number: String, token: String): "/orders/{number}/{token}/cancel/", Public, guests(post(views::cancel));
    webhook(provider: String): "/payments/{provider}/webhook/", Public, post(payments::webhook).csrf_exempt();
}

/// Keeps the token of a guest out of the `Referer` that other sites see, and the page out of caches.
fn guests(view: View) -> View {
    view.header(REFERRER_POLICY, "no-referrer").never_cache()
}
