//! Products as carts and orders show them, and their stock.

use diesel::prelude::*;

use super::{Picture, url_of, with_tax};
use crate::shop::schema::catalog_product as product;
use nuages::db::{Conn, Decimal, LossyText, Readable};
use nuages::error::Result;

/// The columns of a product that carts and orders show.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = product)]
pub(crate) struct ForSale {
    pub(crate) id: i64,
    #[diesel(deserialize_as = LossyText)]
    pub(crate) name: String,
    #[diesel(deserialize_as = LossyText)]
    slug: String,
    price: Readable<Decimal>,
    pub(crate) stock: i32,
    is_active: bool,
    image: Picture,
}

impl ForSale {
    /// Loads the products with these primary keys, ordered by name.
    pub(crate) fn load(conn: &mut Conn, ids: Vec<i64>) -> Result<Vec<Self>> {
        let rows = product::table.filter(product::id.eq_any(ids));
        let rows = rows.order((product::name, product::id));
        Ok(rows.select(Self::as_select()).load(conn)?)
    }

    /// Returns the price of one piece with tax; `None` if the product is not sold.
    pub(crate) fn unit_price(&self) -> Option<Decimal> {
        let price = self.price.0.as_ref().filter(|_| self.is_active);
        price.map(with_tax)
    }

    /// Returns the URL of the product's page.
    pub(crate) fn url(&self) -> String {
        url_of(&self.slug)
    }

    /// Returns the URL of the picture.
    pub(crate) fn image(&self) -> Option<String> {
        self.image.url()
    }

    /// Takes pieces from the stock if there are enough. Two buyers of the last piece wait for each other here, and the second
    /// gets false.
    pub(crate) fn take(conn: &mut Conn, id: i64, pieces: i32) -> Result<bool> {
        let rows = product::table.filter(product::id.eq(id).and(product::stock.ge(pieces)));
        let less = product::stock.eq(product::stock - pieces);
        Ok(diesel::update(rows).set(less).execute(conn)? > 0)
    }

    /// Puts pieces back into the stock.
    pub(crate) fn give_back(conn: &mut Conn, id: i64, pieces: i32) -> Result<()> {
        let more = product::stock.eq(product::stock + pieces);
        let row = product::table.find(id);
        diesel::update(row).set(more).execute(conn)?;
        Ok(())
    }
}
