//! Parts that several pages share: cards of products and categories, page links, the choice of an
//! order.

use crate::shop::catalog::models::{CategoryTile, ProductRow, Sort};
use nuages::db::RowPage;
use nuages::http::QueryDict;

/// Number of rows on a page of a list.
pub(super) const PER_PAGE: i64 = 20;

/// A product in a list or as a card.
pub(super) struct ProductCard {
    pub(super) name: String,
    pub(super) url: String,
    pub(super) category: String,
    /// The price with tax; `None` if it cannot be read.
    pub(super) price: Option<String>,
    pub(super) image: Option<String>,
    pub(super) in_stock: bool,
}

impl From<ProductRow> for ProductCard {
    fn from(row: ProductRow) -> Self {
        let price = row.price_with_tax().map(|price| price.to_string());
        Self {
            url: row.url(),
            image: row.image.url(),
            in_stock: row.stock > 0 && price.is_some(),
            price,
            name: row.name,
            category: row.category,
        }
    }
}

/// A category as a tile.
pub(super) struct CategoryCard {
    pub(super) name: String,
    pub(super) url: String,
    pub(super) description: String,
    pub(super) image: Option<String>,
}

impl From<CategoryTile> for CategoryCard {
    fn from(tile: CategoryTile) -> Self {
        Self {
            url: tile.url(),
            image: tile.picture.and_then(|picture| picture.url()),
            name: tile.name,
            description: tile.description,
        }
    }
}

/// A link with its label.
pub(super) struct Link {
    pub(super) label: String,
    pub(super) url: String,
}

/// A page number to link to; a gap has an empty URL.
pub(super) struct PageLink {
    pub(super) label: String,
    pub(super) url: String,
    pub(super) current: bool,
}

/// Links to the other pages of a list.
pub(super) struct Pager {
    pub(super) number: i64,
    pub(super) num_pages: i64,
    /// The number of rows, up to the number that is counted.
    pub(super) count: i64,
    /// Whether all rows were counted.
    pub(super) is_counted: bool,
    pub(super) previous: Option<String>,
    pub(super) next: Option<String>,
    pub(super) links: Vec<PageLink>,
}

impl Pager {
    /// Creates the links around `page`, which keep the parameters in `known`.
    pub(super) fn new<T>(page: &RowPage<T>, query: &QueryDict, known: &[&str]) -> Self {
        let to = |number: i64| query.link(known, &[("page", Some(&number.to_string()))]);
        let known = page.known();
        let num_pages = known.num_pages();
        let link = |number: Option<i64>| match number {
            Some(number) => PageLink {
                label: number.to_string(),
                url: to(number),
                current: number == page.number,
            },
            None => PageLink {
                label: "…".to_owned(),
                url: String::new(),
                current: false,
            },
        };
        Self {
            number: page.number,
            num_pages,
            count: page.counted(),
            is_counted: page.is_counted,
            previous: (page.number > 1).then(|| to(page.number - 1)),
            next: (page.number < num_pages).then(|| to(page.number + 1)),
            links: known
                .elided_page_range(page.number, 1, 1)
                .into_iter()
                .map(link)
                .collect(),
        }
    }
}

/// An option of a select box.
pub(super) struct Choice {
    pub(super) value: &'static str,
    pub(super) label: &'static str,
    pub(super) selected: bool,
}

/// Returns the possible orders of a list.
pub(super) fn sorts(chosen: Sort) -> Vec<Choice> {
    let choice = |(sort, value, label)| Choice {
        value,
        label,
        selected: sort == chosen,
    };
    Sort::CHOICES.map(choice).into()
}
