//! The cart.

use std::collections::BTreeMap;

use crate::shop::catalog::{TypedQuantity, product_page};
use crate::shop::orders::models::{Cart, CartPage, Line};
use crate::shop::orders::url;
use nuages::prelude::*;

#[nuages::page("shop/cart.html")]
pub(crate) struct ShownCart {
    page: Page,
    cart: CartPage,
    /// The texts that the visitor has typed for products, if one of them is not a number.
    typed: BTreeMap<i64, String>,
}

impl ShownCart {
    /// Returns the quantity that is shown for a line, and its error.
    fn quantity(&self, line: &Line) -> (String, Option<String>) {
        match self.typed.get(&line.product.id) {
            Some(text) => (text.clone(), whole_number(text, 0).err()),
            None => (line.quantity.to_string(), None),
        }
    }
}

/// Reads a whole number from `min` to 999.
fn whole_number(text: &str, min: i32) -> Result<i32, String> {
    let digits = text.trim();
    let number = digits
        .parse()
        .ok()
        .filter(|number| (min..=999).contains(number));
    let number = number.filter(|_| digits.bytes().all(|byte| byte.is_ascii_digit()));
    number.ok_or_else(|| format!("Enter a whole number from {min} to 999."))
}

/// `GET /cart/`
pub(crate) async fn cart(page: Page) -> Result<ShownCart> {
    let cart = CartPage::at(&page).await?;
    Ok(ShownCart {
        page,
        cart,
        typed: BTreeMap::new(),
    })
}

/// `POST /cart/add/`
pub(crate) async fn add(page: Page, post: PostData) -> Result<HttpResponse> {
    let id: i64 = post
        .get("product")
        .trim()
        .parse()
        .map_err(|_| Error::NotFound)?;
    let text = post.fields.get("quantity").unwrap_or("1");
    let quantity = match whole_number(text, 1) {
        Ok(quantity) => quantity,
        Err(error) => {
            let typed = TypedQuantity {
                text: text.to_owned(),
                error: Some(error),
            };
            return Ok(product_page(page, id, typed).await?.into());
        }
    };

    let user = page.user_id();
    let notice = page.atomic(move |conn, data| {
        let mut cart = Cart::lock(conn, data, user)?;
        let notice = cart.put(conn, id, quantity)?;
        cart.save(conn, data, user)?;
        Ok(notice)
    });
    if let Some(notice) = notice.await? {
        page.add_message(Level::WARNING, notice);
    }
    Ok(redirect(
        page.safe_next(post.get("next")).unwrap_or_else(url::cart),
    ))
}

/// `POST /cart/update/`
pub(crate) async fn update(page: Page, post: PostData) -> Result<ShownCart> {
    let removed: Option<i64> = post.get("remove").trim().parse().ok();
    let mut typed = BTreeMap::new();
    for (name, text) in post.fields.last_of_each() {
        let product = name
            .strip_prefix("quantity-")
            .and_then(|id| id.parse().ok());
        typed.extend(product.map(|product: i64| (product, text.to_owned())));
    }
    typed.retain(|product, _| Some(*product) != removed);
    let is_wrong = |text: &String| whole_number(text, 0).is_err();
    if typed.values().any(is_wrong) {
        let cart = CartPage::at(&page).await?;
        // Products that were added several times may be more than 999. Such a number may be sent back.
        typed.retain(|product, text| cart.quantity(*product).as_ref() != Some(text));
        if typed.values().any(is_wrong) {
            return Ok(ShownCart { page, cart, typed });
        }
    }

    let user = page.user_id();
    let cart = page.atomic(move |conn, data| {
        let mut cart = Cart::lock(conn, data, user)?;
        for (product, pieces) in &mut cart.0 {
            let text = typed.get(product);
            *pieces = text
                .and_then(|text| whole_number(text, 0).ok())
                .unwrap_or(*pieces);
        }
        cart.0
            .retain(|product, pieces| *pieces > 0 && Some(*product) != removed);
        CartPage::look_and_save(&cart, conn, data, user)
    });
    for notice in cart.await?.notices {
        page.add_message(Level::WARNING, notice);
    }
    Err(Error::Redirect(url::cart()))
}
