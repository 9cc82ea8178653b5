//! Carts: of a visitor in the session, of a customer in a table as well.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Line, total};
use crate::shop::catalog::models::ForSale;
use nuages::db::Json;
use nuages::prelude::*;

use nuages_shop_cart as saved;

/// The cart of a customer, which is there after the next login on any device.
#[nuages::model(app = "nuages_shop", db_table = "nuages_shop_cart", default_permissions = [])]
pub(crate) struct SavedCart {
    #[field(primary_key, on_delete = "db_cascade")]
    pub(crate) user: OneToOne<User>,
    /// The same as the session value `cart`.
    pub(crate) lines: Json,
}

/// The number of pieces of each product, by the primary key of the product.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Cart(pub(crate) BTreeMap<i64, i32>);

/// The session value with notices that the next look at the cart shows.
pub(crate) const NOTICES: &str = "cart_notices";

/// A cart after a look at its products.
#[derive(Debug, Default)]
pub(crate) struct CartPage {
    pub(crate) lines: Vec<Line>,
    /// The changes since the last look, in sentences for the visitor.
    pub(crate) notices: Vec<String>,
}

impl Cart {
    /// Returns the cart of a session or of a customer. A value that is not a cart is an empty one.
    pub(crate) fn or_empty(cart: Option<Self>) -> Self {
        let mut cart = cart.unwrap_or_default();
        cart.0.retain(|product, pieces| *product > 0 && *pieces > 0);
        cart
    }

    /// Returns the number of pieces.
    pub(crate) fn pieces(&self) -> i64 {
        self.0.values().copied().map(i64::from).sum()
    }

    /// Loads the cart: a customer's from its table, where all devices find it, else the one of the session.
    fn load(conn: &mut Conn, data: &Data, user: Option<i32>) -> Result<Self> {
        let row: Option<SavedCart> = match user {
            Some(user) => saved::table.find(user).first(conn).optional()?,
            None => None,
        };
        Ok(Self::or_empty(match row {
            Some(row) => serde_json::from_value(*row.lines.0).ok(),
            None => data.get_as("cart"),
        }))
    }

    /// Loads the cart. The row of a customer is locked until the end of the transaction.
    pub(crate) fn lock(conn: &mut Conn, data: &Data, user: Option<i32>) -> Result<Self> {
        if let Some(user) = user {
            let same = saved::lines.eq(saved::lines);
            diesel::update(saved::table.find(user))
                .set(same)
                .execute(conn)?;
        }
        Self::load(conn, data, user)
    }

    /// Saves the cart in the session, and for a customer in the table.
    pub(crate) fn save(&self, conn: &mut Conn, data: &mut Data, user: Option<i32>) -> Result<()> {
        if self.0.is_empty() {
            data.remove("cart");
            data.remove("cart_prices");
        } else {
            data.set("cart", self);
        }
        if let Some(user_id) = user {
            let lines = Json::from(serde_json::to_value(self).unwrap_or_default());
            let row = SavedCart {
                user_id,
                lines: lines.clone(),
            };
            let insert = diesel::insert_into(saved::table).values(row);
            let upsert = insert.on_conflict(saved::user_id).do_update();
            let upsert = upsert.set(saved::lines.eq(lines));
            on_conn!(conn, |conn| upsert.execute(conn))?;
        }
        Ok(())
    }

    /// Adds pieces of a product, at most to its stock. Returns a notice for the visitor if there are fewer.
    pub(crate) fn put(&mut self, conn: &mut Conn, id: i64, more: i32) -> Result<Option<String>> {
        let product = ForSale::load(conn, vec![id])?.pop();
        let product = product.filter(|it| it.unit_price().is_some());
        let ForSale { name, stock, .. } = product.ok_or(Error::NotFound)?;
        let sum = self.0.get(&id).unwrap_or(&0).saturating_add(more);
        if stock > 0 {
            self.0.insert(id, sum.min(stock));
        }
        Ok((sum > stock).then(|| match stock {
            ..=0 => format!("“{name}” is sold out."),
            _ => format!("Only {stock} of “{name}” are in stock. Your cart has all of them."),
        }))
    }

    /// Looks at the products again: drops those that are not sold any more, and cuts to the stock if `cut` is set.
    pub(crate) fn look(&self, conn: &mut Conn, data: &Data, cut: bool) -> Result<CartPage> {
        let mut page = CartPage {
            notices: data.get_as(NOTICES).unwrap_or_default(),
            ..CartPage::default()
        };
        if self.0.is_empty() {
            return Ok(page);
        }
        let prices: BTreeMap<i64, String> = data.get_as("cart_prices").unwrap_or_default();
        let products = ForSale::load(conn, self.0.keys().copied().collect())?;
        if products.len() < self.0.len() {
            page.tell("A product in your cart is no longer available. It was taken out.");
        }

        for product in products {
            let (wanted, name) = (self.0[&product.id], &product.name);
            let quantity = if cut {
                wanted.min(product.stock)
            } else {
                wanted
            };
            let Some(unit_price) = product.unit_price().filter(|_| quantity > 0) else {
                page.tell(format!(
                    "“{name}” is no longer available. It was taken out."
                ));
                continue;
            };
            if quantity < wanted {
                page.tell(format!(
                    "Only {quantity} of “{name}” are left. The number was changed."
                ));
            }
            if prices
                .get(&product.id)
                .is_some_and(|last| *last != unit_price.to_string())
            {
                page.tell(format!("The price of “{name}” has changed."));
            }
            page.lines.push(Line {
                product,
                quantity,
                unit_price,
            });
        }
        Ok(page)
    }
}

impl CartPage {
    /// Looks at the cart of the visitor, and saves what has changed.
    pub(crate) async fn at(page: &Page) -> Result<Self> {
        let (user, data) = (page.user_id(), page.session().data());
        if user.is_none() && !data.contains_key("cart") {
            return Ok(Self::default());
        }
        let known = data.clone();
        let look = move |conn: &mut Conn| Cart::load(conn, &data, user)?.look(conn, &data, true);
        let looked = page.db().run(look).await?;
        if looked.is_in(&known) {
            return Ok(looked);
        }
        let saved = page.atomic(move |conn, data| {
            Self::look_and_save(&Cart::lock(conn, data, user)?, conn, data, user)
        });
        match saved.await {
            // The page is shown all the same, and a later look is saved.
            Err(error) if error.is_temporary() => Ok(looked),
            saved => saved,
        }
    }

    /// Looks at a locked cart, and saves what has changed.
    pub(crate) fn look_and_save(
        cart: &Cart,
        conn: &mut Conn,
        data: &mut Data,
        user: Option<i32>,
    ) -> Result<Self> {
        let looked = cart.look(conn, data, true)?;
        data.remove(NOTICES);
        data.set("cart_prices", &looked.prices());
        looked.cart().save(conn, data, user)?;
        Ok(looked)
    }

    fn tell(&mut self, notice: impl Into<String>) {
        self.notices.push(notice.into());
    }

    /// Returns the number of pieces of a product as its field shows it.
    pub(crate) fn quantity(&self, product: i64) -> Option<String> {
        let mut lines = self.lines.iter();
        let line = lines.find(|line| line.product.id == product)?;
        Some(line.quantity.to_string())
    }

    /// Returns the price of everything.
    pub(crate) fn total(&self) -> Decimal {
        total(&self.lines)
    }

    fn cart(&self) -> Cart {
        Cart(
            self.lines
                .iter()
                .map(|line| (line.product.id, line.quantity))
                .collect(),
        )
    }

    fn prices(&self) -> BTreeMap<i64, String> {
        let price = |line: &Line| (line.product.id, line.unit_price.to_string());
        self.lines.iter().map(price).collect()
    }

    /// Whether the session holds this cart with these prices.
    fn is_in(&self, data: &Data) -> bool {
        let prices = data.get_as("cart_prices");
        self.notices.is_empty()
            && Cart::or_empty(data.get_as("cart")) == self.cart()
            && (self.lines.is_empty() || prices == Some(self.prices()))
    }
}
