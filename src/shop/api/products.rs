//! `GET /api/shop/products/`: the published products, with prices that include the tax.

use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::web::Data;
use diesel::prelude::*;
use garde::Validate;
use nuages::api::{Json, PublicJson, Query};
use nuages::db::{
    Conn, Db, Decimal, LossyText, MultiBackend, Paginator, Readable, ilike, like_escaped,
};
use nuages::error::{Error, Result};
use nuages::http::{QueryDict, site_root, with_script_name};
use nuages::models::TextSearch;
use nuages::settings::Settings;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::shop::catalog::models::{Picture, Product, url_of, with_tax};
use crate::shop::schema::{catalog_category, catalog_product as product};

/// Time that caches keep the answer.
const MAX_AGE: Duration = Duration::from_mins(1);

/// The parameters of the list.
#[derive(Debug, Clone, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub(super) struct ProductQuery {
    /// The number of the page, from 1.
    #[serde(default = "first")]
    #[garde(range(min = 1))]
    page: i64,
    /// The number of products of a page.
    #[serde(default = "page_size")]
    #[garde(range(min = 1, max = 500))]
    page_size: i64,
    /// A text in the name or the description.
    #[garde(length(max = 200))]
    search: Option<String>,
    /// The slug of a category.
    #[garde(length(max = 100))]
    category: Option<String>,
}

fn first() -> i64 {
    1
}

fn page_size() -> i64 {
    50
}

/// A page of products.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct ShopProductPage {
    /// The number of all products.
    count: i64,
    /// The URL of the next page.
    next: Option<String>,
    /// The URL of the page before.
    previous: Option<String>,
    /// The products of the page.
    results: Vec<ShopProduct>,
}

/// A product, as visitors see it.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct ShopProduct {
    /// The primary key.
    id: i64,
    /// The name.
    name: String,
    /// The slug of its page.
    slug: String,
    /// The name of its category.
    category: String,
    /// The description.
    description: String,
    /// The price with tax; null if it is not for sale.
    price: Option<String>,
    /// Whether some are in stock.
    is_available: bool,
    /// The URL of its picture.
    image: Option<String>,
    /// The URL of its page.
    url: String,
}

type Row = (
    i64,
    LossyText,
    LossyText,
    LossyText,
    LossyText,
    Readable<Decimal>,
    i32,
    Picture,
);

/// `GET /api/shop/products/`
pub(super) async fn products(
    request: HttpRequest,
    db: Data<Db>,
    settings: Data<Settings>,
    query: Query<ProductQuery>,
) -> Result<PublicJson<ShopProductPage>> {
    let asked = query.0.clone();
    let (count, mut results) = db.run(move |conn| asked.load(conn)).await?;
    if results.is_empty() && query.page > 1 {
        return Err(Error::NotFound);
    }

    let script_name = &settings.proxy.script_name;
    for product in &mut results {
        let urls = [Some(&mut product.url), product.image.as_mut()];
        for url in urls.into_iter().flatten() {
            *url = with_script_name(url, script_name).into_owned();
        }
    }
    let here = format!("{}/api/shop/products/", site_root(&request, &settings));
    let given = QueryDict::parse(request.query_string());
    let at = |page: i64| format!("{here}{}", given.with("page", &page.to_string()));
    let has_more = query.page.saturating_mul(query.page_size) < count;
    let page = ShopProductPage {
        count,
        next: has_more.then(|| at(query.page + 1)),
        previous: (query.page > 1).then(|| at(query.page - 1)),
        results,
    };
    Ok(Json(page).public(MAX_AGE))
}

type Boxed<'a> = diesel::helper_types::IntoBoxed<'a, product::table, MultiBackend>;

impl ProductQuery {
    /// Returns the number of all matching products, and those of the page.
    fn load(&self, conn: &mut Conn) -> Result<(i64, Vec<ShopProduct>)> {
        let offset = (self.page - 1).checked_mul(self.page_size);
        let offset = offset.ok_or(Error::NotFound)?;
        let texts = (product::name, product::description);
        let words = self.search.as_slice();
        let search = TextSearch::new::<Product, _>(conn, texts, words, Paginator::COUNT_LIMIT)?;
        let few = search.filter(TextSearch::is_few);

        // A count that joined the categories would look up the category of each product.
        let count: i64 = self.found(few.as_ref()).count().get_result(conn)?;
        let mut page = self
            .found(few.as_ref())
            .select(product::id)
            .limit(self.page_size)
            .offset(offset);
        // An expression prevents reading all products in that order until the few of the search fill the page.
        page = if few.is_some() {
            page.order((product::name.concat(""), product::id))
        } else {
            page.order((product::name, product::id))
        };
        let ids: Vec<i64> = page.load(conn)?;
        let page = product::table
            .inner_join(catalog_category::table)
            .filter(product::id.eq_any(ids))
            .order((product::name, product::id))
            .select((
                product::id,
                product::name,
                product::slug,
                catalog_category::name,
                product::description,
                product::price,
                product::stock,
                product::image,
            ));
        let rows: Vec<Row> = page.load(conn)?;
        Ok((count, rows.into_iter().map(ShopProduct::new).collect()))
    }

    /// Returns the published products that match. `few` are the rows that the search index returns.
    fn found(&self, few: Option<&TextSearch>) -> Boxed<'_> {
        // SQLite uses the listing index for `= true` only, and it is the wrong index for a search or a category.
        let is_all = self.search.is_none() && self.category.is_none();
        let mut found = product::table.into_boxed();
        found = if is_all {
            found.filter(product::is_active.eq(true))
        } else {
            found.filter(product::is_active)
        };
        if let Some(few) = few {
            found = found.filter(few.has(product::id));
        }
        if let Some(text) = &self.search {
            let pattern = || format!("%{}%", like_escaped(text));
            found = found
                .filter(ilike(product::name, pattern()).or(ilike(product::description, pattern())));
        }
        if let Some(slug) = &self.category {
            let category = catalog_category::table.filter(catalog_category::slug.eq(slug));
            found = found.filter(
                product::category_id
                    .nullable()
                    .eq(category.select(catalog_category::id).single_value()),
            );
        }
        found
    }
}

impl ShopProduct {
    fn new((id, name, slug, category, description, price, stock, image): Row) -> Self {
        let price = price.0.map(|price| with_tax(&price).to_string());
        Self {
            id,
            url: url_of(&slug.0),
            name: name.0,
            slug: slug.0,
            category: category.0,
            description: description.0,
            is_available: stock > 0 && price.is_some(),
            price,
            image: image.url(),
        }
    }
}
