//! The list of products, with search and filters.

use actix_web::web;
use askama::Template;

use super::cards::{Choice, Link, PER_PAGE, Pager, ProductCard, sorts};
use crate::shop::catalog::models::{Category, Listing, Sort, Tag};
use nuages::db::{Conn, Db, PageNumber, RowPage};
use nuages::error::Result;
use nuages::http::{Html, QueryDict, render};
use nuages::pages::Page;

/// The parameters of the list.
const KNOWN: [&str; 5] = ["q", "category", "tag", "sort", "page"];
/// The largest number of search words; further ones are ignored.
const MAX_WORDS: usize = 8;

#[derive(Template)]
#[template(path = "shop/product_list.html")]
struct ProductList {
    page: Page,
    title: String,
    products: Vec<ProductCard>,
    pager: Pager,
    chips: Vec<Link>,
    q: String,
    sorts: Vec<Choice>,
    kept: Vec<(&'static str, String)>,
}

/// The filters and the order from the query string.
struct Asked {
    q: String,
    category: Option<String>,
    tag: Option<String>,
    sort: Sort,
    page: PageNumber,
}

impl Asked {
    fn new(query: &QueryDict) -> Self {
        let word = |name| query.word(name).map(without_nul);
        Self {
            q: word("q").unwrap_or_default(),
            category: word("category"),
            tag: word("tag"),
            sort: Sort::from_value(query.word("sort")),
            page: query
                .get("page")
                .and_then(|page| page.parse().ok())
                .unwrap_or_default(),
        }
    }

    /// Returns the rows, and the names of the category and the tag. A filter with an unknown slug
    /// matches no product.
    fn find(
        &self,
        conn: &mut Conn,
    ) -> Result<(
        RowPage<crate::shop::catalog::models::ProductRow>,
        [Option<String>; 2],
    )> {
        let category = self
            .category
            .as_deref()
            .map(|slug| Category::find_by_slug(conn, slug))
            .transpose()?;
        let tag = self
            .tag
            .as_deref()
            .map(|slug| Tag::find_by_slug(conn, slug))
            .transpose()?;
        let nothing = matches!(category, Some(None)) || matches!(tag, Some(None));
        let (category, tag) = (category.flatten(), tag.flatten());
        let listing = Listing {
            category: if nothing {
                Some(-1)
            } else {
                category.as_ref().map(|category| category.id)
            },
            tag: tag.as_ref().map(|tag| tag.id),
            words: self
                .q
                .split_whitespace()
                .take(MAX_WORDS)
                .map(str::to_owned)
                .collect(),
            sort: self.sort,
        };
        let rows = listing.page::<PER_PAGE>(conn, self.page)?;
        Ok((
            rows,
            [
                category.map(|category| category.name),
                tag.map(|tag| tag.name),
            ],
        ))
    }
}

/// Removes NUL characters, which PostgreSQL does not allow in texts.
fn without_nul(text: &str) -> String {
    text.replace('\0', "")
}

/// `GET /products/`
pub(in crate::shop::catalog) async fn product_list(
    page: Page,
    db: web::Data<Db>,
    query: QueryDict,
) -> Result<Html> {
    let asked = Asked::new(&query);
    let (asked, (rows, [category, tag])) = db
        .run(move |conn| Ok((asked.find(conn)?, asked)).map(|(a, b)| (b, a)))
        .await?;
    let title = if asked.q.is_empty() {
        "Products".to_owned()
    } else {
        format!("Results for “{}”", asked.q)
    };
    let without = |name: &str| query.link(&KNOWN, &[(name, None), ("page", None)]);
    let chip = |given: &Option<String>, name: Option<String>, parameter: &str| {
        let given = given.as_ref()?;
        Some(Link {
            label: name.unwrap_or_else(|| given.clone()),
            url: without(parameter),
        })
    };
    let search = (!asked.q.is_empty()).then(|| Link {
        label: format!("“{}”", asked.q),
        url: without("q"),
    });
    let chips = [
        search,
        chip(&asked.category, category, "category"),
        chip(&asked.tag, tag, "tag"),
    ];
    let kept = [("category", asked.category), ("tag", asked.tag)];
    render(&ProductList {
        page,
        title,
        pager: Pager::new(&rows, &query, &KNOWN),
        products: rows.rows.into_iter().map(Into::into).collect(),
        chips: chips.into_iter().flatten().collect(),
        q: asked.q,
        sorts: sorts(asked.sort),
        kept: kept
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)))
            .collect(),
    })
}
