//! From the cart to a placed order.

use crate::shop::orders::forms::{CheckoutForm, checkout_form as field};
use crate::shop::orders::models::{CartPage, OrderPage, TAX_RATE, contained_tax};
use crate::shop::orders::payment::{choices, payment_url, provider};
use crate::shop::orders::placing::{Answer, PlacingForm, seen};
use crate::shop::orders::url;
use nuages::prelude::*;

#[nuages::page("shop/checkout.html")]
pub(crate) struct CheckoutPage {
    page: Page,
    form: HtmlForm,
    cart: CartPage,
}

#[nuages::page("shop/review.html")]
pub(crate) struct ReviewPage {
    page: Page,
    cart: CartPage,
    address: CheckoutForm,
    payment: &'static str,
    tax: Decimal,
    order_key: String,
    seen: String,
}

#[nuages::page("shop/short.html", status = 409)]
pub(crate) struct ShortPage {
    page: Page,
    products: Vec<String>,
}

/// Looks at the cart again; a visitor whose cart is empty is redirected to it.
async fn filled_cart(page: &Page) -> Result<CartPage> {
    let cart = CartPage::at(page).await?;
    if cart.lines.is_empty() {
        return Err(Error::Redirect(url::cart()));
    }
    Ok(cart)
}

/// `GET` and `POST /checkout/`
pub(crate) async fn checkout(page: Page, form: FormView<CheckoutForm>) -> Result<CheckoutPage> {
    let cart = filled_cart(&page).await?;
    let form = form
        .initial_from(known_address(&page).await?)
        .choices(field::payment, choices(page.settings()))
        .radio(field::payment)
        .check(|_, form| Ok(form.check()));
    match form.validate().await? {
        FormResult::Form(form) => Ok(CheckoutPage { page, form, cart }),
        FormResult::Saved(address) => {
            let keep = page.atomic(move |_, data| {
                data.set("checkout", &address);
                Ok(())
            });
            keep.await?;
            Err(Error::Redirect(url::review()))
        }
    }
}

/// Returns the address that the form shows first: the one of this session, else that of the customer's last order.
async fn known_address(page: &Page) -> Result<CheckoutForm> {
    if let Some(typed) = page.session().get_as("checkout") {
        return Ok(typed);
    }
    let Some(user) = page.user.as_deref().cloned() else {
        return Ok(CheckoutForm::empty());
    };
    let filled = move |conn: &mut Conn| {
        let last = OrderPage::last_of(conn, user.id)?;
        Ok(CheckoutForm::filled(&user, last))
    };
    page.db().run(filled).await
}

/// `GET /checkout/review/`
pub(crate) async fn review(page: Page) -> Result<ReviewPage> {
    let cart = filled_cart(&page).await?;
    let address: Option<CheckoutForm> = page.session().get_as("checkout");
    let address = address.ok_or_else(|| Error::Redirect(url::checkout()))?;
    let payment = provider(page.settings(), &address.payment);
    let payment = payment
        .ok_or_else(|| Error::Redirect(url::checkout()))?
        .names()
        .1;
    let order_key = order_key(&page).await?;
    Ok(ReviewPage {
        order_key,
        tax: contained_tax(&cart.total(), &TAX_RATE.into()),
        seen: signing::dump(page.settings(), "shop.seen", &seen(&cart)),
        page,
        cart,
        address,
        payment,
    })
}

/// Returns the key of the order, which the session keeps until the order is placed: each cart has its own. A guest finds the
/// order again with the other value.
async fn order_key(page: &Page) -> Result<String> {
    let names = ["order_key", "browser"];
    let known = page.session().data();
    if names.iter().all(|name| known.contains_key(*name)) {
        return Ok(known.get_as("order_key").unwrap_or_default());
    }
    let made = page.atomic(move |_, data| {
        for name in names {
            data.entry(name)
                .or_insert_with(|| signing::random_string(32).into());
        }
        Ok(data.get_as("order_key").unwrap_or_default())
    });
    match made.await {
        // The page is shown all the same. Nothing can be placed with this key, which leads back here.
        Err(error) if error.is_temporary() => Ok(signing::random_string(32)),
        made => made,
    }
}

/// `POST /checkout/place/`
pub(crate) async fn place(page: Page, post: PostData) -> Result<ShortPage> {
    let seen = signing::load(page.settings(), "shop.seen", post.get("seen"), None);
    let form = PlacingForm {
        order_key: post.get("order_key").to_owned(),
        seen: seen
            .ok_or_else(|| Error::BadRequest("The review was changed on its way.".to_owned()))?,
        user: page
            .user
            .as_ref()
            .map(|user| (user.id, user.username.clone())),
        site: page.absolute_url(""),
        settings: page.settings().clone(),
    };
    let answer = page.atomic(move |conn, data| form.place(conn, data));
    match answer.await? {
        Answer::Placed(order) => {
            let path = order.path(page.settings());
            let pay = payment_url(&order, page.settings(), &page.absolute_url(&path));
            Err(Error::Redirect(pay.unwrap_or(path)))
        }
        Answer::Changed => {
            let text = "Your cart has changed since you saw this page. Check it again.";
            page.add_message(Level::WARNING, text);
            Err(Error::Redirect(url::review()))
        }
        Answer::Short(products) => Ok(ShortPage { page, products }),
    }
}
