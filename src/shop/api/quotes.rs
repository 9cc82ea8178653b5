//! `POST /api/shop/quotes/`: computes the price of products.

use actix_web::web::Data;
use garde::Validate;
use nuages::api::{Json, Valid};
use nuages::db::{Conn, Db, Decimal};
use nuages::error::{Problem, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::shop::catalog::models::ForSale;
use crate::shop::orders::countries;
use crate::shop::orders::models::{TAX_RATE, contained_tax};

/// The products whose price is asked for.
#[derive(Debug, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub(super) struct NewQuote {
    /// The products.
    #[garde(length(min = 1, max = 100), dive)]
    lines: Vec<NewQuoteLine>,
    /// The country of the buyer, by its code in ISO 3166-1: `FR`.
    #[garde(custom(is_country))]
    country: String,
}

/// A product and its quantity.
#[derive(Debug, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
struct NewQuoteLine {
    /// The primary key of the product.
    #[garde(skip)]
    product: i64,
    /// The number of items.
    #[garde(range(min = 1, max = 1_000_000))]
    quantity: i32,
}

/// The price of products.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Quote {
    /// The products, as they were sent.
    lines: Vec<QuoteLine>,
    /// The sum, with tax.
    total: String,
    /// The tax that the sum contains.
    tax: String,
    /// The country of the buyer.
    country: String,
}

/// The price of one product.
#[derive(Debug, Serialize, JsonSchema)]
struct QuoteLine {
    /// The primary key of the product.
    product: i64,
    /// The number of items.
    quantity: i32,
    /// The price of one, with tax.
    unit_price: String,
    /// The price of all, with tax.
    total: String,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "garde calls it with a reference to the context"
)]
fn is_country(code: &str, (): &()) -> garde::Result {
    if countries::is_code(code) {
        Ok(())
    } else {
        Err(garde::Error::new(
            "Enter the code of a country, such as FR.",
        ))
    }
}

/// `POST /api/shop/quotes/`
pub(super) async fn quote(db: Data<Db>, body: Valid<NewQuote>) -> Result<Json<Quote>> {
    let quote = db.run(move |conn| body.0.quote(conn)).await?;
    Ok(Json(quote))
}

impl NewQuote {
    fn quote(self, conn: &mut Conn) -> Result<Quote> {
        let asked: Vec<i64> = self.lines.iter().map(|line| line.product).collect();
        let products = ForSale::load(conn, asked)?;

        let mut problem = Problem::invalid();
        let mut sum = Decimal::from(0);
        let mut lines = Vec::new();
        for (at, line) in self.lines.iter().enumerate() {
            let product = products.iter().find(|product| product.id == line.product);
            let Some(unit_price) = product.and_then(ForSale::unit_price) else {
                let text =
                    "Select a valid choice. That choice is not one of the available choices.";
                problem.push(format!("lines[{at}].product"), text);
                continue;
            };
            let total = &unit_price * &Decimal::from(i64::from(line.quantity));
            sum = &sum + &total;
            lines.push(QuoteLine {
                product: line.product,
                quantity: line.quantity,
                unit_price: unit_price.to_string(),
                total: total.round(2).to_string(),
            });
        }
        if !problem.is_empty() {
            return Err(problem.into());
        }

        Ok(Quote {
            lines,
            tax: contained_tax(&sum, &TAX_RATE.into()).to_string(),
            total: sum.round(2).to_string(),
            country: self.country,
        })
    }
}
