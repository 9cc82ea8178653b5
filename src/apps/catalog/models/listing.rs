//! Lists of products: filtered, sorted, cut into pages.

use diesel::prelude::*;

use super::ProductRow;
use crate::db::{Conn, MultiBackend, Page, PageNumber, Paginator, like_escaped, upper};
use crate::error::Result;
use crate::on_conn;
use crate::schema::{catalog_category, catalog_product, catalog_product_tags};

/// The order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// By name, then id.
    #[default]
    Name,
    /// The newest first.
    Newest,
    /// The cheapest first.
    PriceUp,
    /// The dearest first.
    PriceDown,
}

impl Sort {
    /// Each order, its value in `?sort=` and its label.
    pub const CHOICES: [(Self, &'static str, &'static str); 4] = [
        (Self::Name, "name", "Name"),
        (Self::Newest, "newest", "Newest"),
        (Self::PriceUp, "price", "Price, low to high"),
        (Self::PriceDown, "-price", "Price, high to low"),
    ];

    /// The order that `?sort=` names; by name if it names none.
    pub fn from_value(value: Option<&str>) -> Self {
        Self::CHOICES.iter().find(|(_, name, _)| Some(*name) == value).map_or(Self::Name, |(sort, ..)| *sort)
    }
}

/// Which published products, in which order.
#[derive(Debug, Clone, Default)]
pub struct Listing {
    /// In this category or one that lies in it.
    pub category: Option<i64>,
    /// With this tag.
    pub tag: Option<i64>,
    /// With each of these words in the name or the description.
    pub words: Vec<String>,
    /// In this order.
    pub sort: Sort,
}

type Boxed<'a> = diesel::helper_types::IntoBoxed<'a, catalog_product::table, MultiBackend>;

impl Listing {
    /// The rows of the page that is asked for.
    ///
    /// The ids of the page are found first, by an index where the order allows it, and only these rows are joined and
    /// read: a deep page skips thousands of index entries instead of thousands of rows. For the plain list this and the
    /// count are one query; a filter is put together at run time, and such a query cannot be part of another (ADR 1).
    pub fn page(&self, conn: &mut Conn, asked: PageNumber, per_page: i64) -> Result<Page<ProductRow>> {
        if self.is_plain()
            && let Some(page) = plain_page(conn, asked, per_page)?
        {
            return Ok(page);
        }
        let paginator = Paginator { count: self.filtered().count().get_result(conn)?, per_page };
        let number = paginator.page_number(asked);
        let page = self.filtered().select(catalog_product::id).limit(per_page).offset(paginator.offset(number));
        let page = match self.sort {
            Sort::Name => page.order((catalog_product::name, catalog_product::id)),
            Sort::Newest => page.order(catalog_product::id.desc()),
            Sort::PriceUp => page.order((catalog_product::price, catalog_product::id)),
            Sort::PriceDown => page.order((catalog_product::price.desc(), catalog_product::id)),
        };
        let ids: Vec<i64> = page.load(conn)?;
        let rows = catalog_product::table
            .inner_join(catalog_category::table)
            .filter(catalog_product::id.eq_any(&ids))
            .select((catalog_product::id, ProductRow::as_select()));
        let mut rows: Vec<(i64, ProductRow)> = rows.load(conn)?;
        rows.sort_by_key(|(id, _)| ids.iter().position(|wanted| wanted == id));
        Ok(Page { rows: rows.into_iter().map(|(_, row)| row).collect(), number, paginator })
    }

    /// All products by name: what most visitors look at.
    fn is_plain(&self) -> bool {
        self.category.is_none() && self.tag.is_none() && self.words.is_empty() && self.sort == Sort::Name
    }

    fn filtered<'a>(&self) -> Boxed<'a> {
        // `= 1` can use the index on SQLite where a bare column cannot.
        let mut products = catalog_product::table.filter(catalog_product::is_active.eq(true)).into_boxed();
        if let Some(id) = self.category {
            let within = catalog_category::table
                .filter(catalog_category::id.eq(id).or(catalog_category::parent_id.eq(id)))
                .select(catalog_category::id);
            products = products.filter(catalog_product::category_id.eq_any(within));
        }
        if let Some(id) = self.tag {
            let tagged = catalog_product_tags::table
                .filter(catalog_product_tags::tag_id.eq(id))
                .select(catalog_product_tags::product_id);
            products = products.filter(catalog_product::id.eq_any(tagged));
        }
        for word in &self.words {
            let pattern = upper(contains(word));
            let in_name = upper(catalog_product::name).like(pattern).escape('\\');
            let in_text = upper(catalog_product::description).like(upper(contains(word))).escape('\\');
            products = products.filter(in_name.or(in_text));
        }
        products
    }
}

/// A page of all products by name with their count; `None` if there is no such page, which the caller has to find out.
fn plain_page(conn: &mut Conn, asked: PageNumber, per_page: i64) -> Result<Option<Page<ProductRow>>> {
    let number = match asked {
        PageNumber::First => 1,
        PageNumber::Number(number) => number,
        PageNumber::Last => return Ok(None),
    };
    let Some(offset) = (number - 1).checked_mul(per_page) else { return Ok(None) };
    let (listed, counted) = diesel::alias!(catalog_product as listed, catalog_product as counted);
    let ids = listed
        .filter(listed.field(catalog_product::is_active).eq(true))
        .order((listed.field(catalog_product::name), listed.field(catalog_product::id)))
        .limit(per_page)
        .offset(offset)
        .select(listed.field(catalog_product::id));
    let count = counted.filter(counted.field(catalog_product::is_active).eq(true)).count().single_value();
    let rows = catalog_product::table
        .inner_join(catalog_category::table)
        .filter(catalog_product::id.eq_any(ids))
        .order((catalog_product::name, catalog_product::id));
    let rows: Vec<(Option<i64>, ProductRow)> =
        on_conn!(conn, |conn| rows.select((count, ProductRow::as_select())).load(conn))?;
    let count = rows.first().and_then(|(count, _)| *count);
    let page = |count| Page {
        rows: rows.into_iter().map(|(_, row)| row).collect(),
        number,
        paginator: Paginator { count, per_page },
    };
    Ok(count.map(page))
}

/// A LIKE pattern for texts that contain `word`.
fn contains(word: &str) -> String {
    format!("%{}%", like_escaped(word))
}
