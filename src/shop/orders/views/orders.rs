//! Placed orders: the list of a customer, the page of an order, its invoice, and cancelling.

use crate::shop::orders::models::{OrderPage, ShownOrder, orders_order};
use crate::shop::orders::payment::payment_url;
use crate::shop::orders::status::OrderStatus;
use crate::shop::orders::url;
use nuages::auth::permissions::Permissions;
use nuages::prelude::*;
use nuages::records::Workflow as _;

#[nuages::page("shop/order_list.html")]
pub(crate) struct OrderList {
    page: Page,
    orders: ListPage<ShownOrder>,
}

#[nuages::page("shop/order.html")]
pub(crate) struct OrderDetail {
    page: Page,
    found: Found,
    payment_url: Option<String>,
}

#[nuages::page("shop/invoice.html")]
pub(crate) struct Invoice {
    page: Page,
    found: Found,
}

impl OrderDetail {
    fn may_cancel(&self) -> bool {
        OrderStatus::sources("cancelled").contains(&&*self.found.order.order.status)
    }
}

/// The number in a path, and the token if the path has one.
type Link = web::Path<Vec<String>>;

/// An order that this visitor may see.
struct Found {
    order: OrderPage,
    /// The path of the order's page, with the token of a guest.
    path: String,
    is_guest: bool,
}

impl Found {
    /// Finds the order for the holder of a signed link, for its customer, or for staff with the permission
    /// `orders.<action>_order`.
    async fn at(link: &Link, page: &Page, permissions: &Permissions, action: &str) -> Result<Self> {
        let (number, token) = (link[0].clone(), link.get(1));
        let is_guest =
            token.is_some_and(|token| OrderPage::is_token(page.settings(), &number, token));
        let path = match token {
            Some(token) => url::guest_order(number.clone(), token.clone()),
            None => url::order(number.clone()),
        };
        let order = page
            .db()
            .run(move |conn| OrderPage::find(conn, number))
            .await?;
        let may_see = |user: &User| {
            let may = user.is_staff && permissions.has_perm(&format!("orders.{action}_order"));
            order.order.customer_id == Some(user.id) || may
        };
        let is_known = token.is_none() && page.user.as_deref().is_some_and(may_see);
        if is_guest || is_known {
            return Ok(Self {
                order,
                path,
                is_guest,
            });
        }
        Err(Error::NotFound)
    }
}

/// `GET /orders/`
pub(crate) async fn order_list(page: Page, list: Listing) -> Result<OrderList> {
    let own = orders_order::customer_id.eq(page.user()?.id);
    let newest = (orders_order::created_at.desc(), orders_order::id.desc());
    let rows = orders_order::table.filter(own).order(newest);
    let orders = list
        .per_page(20)
        .page(rows.select(ShownOrder::as_select()))
        .await?;
    Ok(OrderList { page, orders })
}

/// `GET /orders/<number>/`, and with a token
pub(crate) async fn order(page: Page, link: Link, permissions: Permissions) -> Result<OrderDetail> {
    let found = Found::at(&link, &page, &permissions, "view").await?;
    let back = page.absolute_url(&found.path);
    let payment_url = payment_url(&found.order, page.settings(), &back);
    Ok(OrderDetail {
        page,
        found,
        payment_url,
    })
}

/// `GET /orders/<number>/invoice/`, and with a token
pub(crate) async fn invoice(page: Page, link: Link, permissions: Permissions) -> Result<Invoice> {
    let found = Found::at(&link, &page, &permissions, "view").await?;
    Ok(Invoice { page, found })
}

/// `POST /orders/<number>/cancel/`, and with a token
pub(crate) async fn cancel(
    page: Page,
    link: Link,
    permissions: Permissions,
) -> Result<HttpResponse> {
    let found = Found::at(&link, &page, &permissions, "change").await?;
    let (id, settings) = (found.order.order.id, page.settings().clone());
    let who = page
        .user
        .as_ref()
        .map_or_else(|| "guest".to_owned(), |user| user.username.clone());
    let cancel =
        move |conn: &mut Conn| OrderStatus::change(conn, &settings, vec![id], "cancelled", &who);
    if page.db().atomic(cancel).await?.is_empty() {
        let text = "This order cannot be cancelled any more. Nothing was changed.";
        page.add_message(Level::WARNING, text);
    } else {
        page.add_message(Level::SUCCESS, "Your order is cancelled.");
    }
    Ok(redirect(found.path))
}
