//! Lists of products: filtered, sorted, split into pages.

use std::sync::atomic::{AtomicI64, Ordering};

use diesel::dsl::exists;
use diesel::prelude::*;

use super::{Product, ProductRow};
use crate::shop::schema::{catalog_category, catalog_product, catalog_product_tags};
use nuages::db::{
    Conn, Kind, MultiBackend, PageNumber, Paginator, RowPage, Sql, among, count_up_to, ilike,
    like_escaped, load_page,
};
use nuages::error::Result;
use nuages::models::TextSearch;
use nuages::on_conn;

/// The order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Sort {
    /// By name, then id.
    #[default]
    Name,
    /// The newest first.
    Newest,
    /// The cheapest first.
    PriceUp,
    /// The most expensive first.
    PriceDown,
}

impl Sort {
    /// Each order with its value in `?sort=` and its label.
    pub(crate) const CHOICES: [(Self, &'static str, &'static str); 4] = [
        (Self::Name, "name", "Name"),
        (Self::Newest, "newest", "Newest"),
        (Self::PriceUp, "price", "Price, low to high"),
        (Self::PriceDown, "-price", "Price, high to low"),
    ];

    /// Returns the order for a value of `?sort=`; by name if the value is unknown.
    pub(crate) fn from_value(value: Option<&str>) -> Self {
        Self::CHOICES
            .iter()
            .find(|(_, name, _)| Some(*name) == value)
            .map_or(Self::Name, |(sort, ..)| *sort)
    }
}

/// Filters and order of a list of published products.
#[derive(Debug, Clone, Default)]
pub(crate) struct Listing {
    /// Only products of this category or a child of it.
    pub(crate) category: Option<i64>,
    /// Only products with this tag.
    pub(crate) tag: Option<i64>,
    /// Only products with each of these words in the name or the description.
    pub(crate) words: Vec<String>,
    /// The order.
    pub(crate) sort: Sort,
}

/// Lookups that are done once for the statements of a page.
#[derive(Debug)]
struct Narrowed {
    /// The category, if it has no children.
    single: Option<i64>,
    /// The rows that the search index returns, if these are few.
    few: Option<TextSearch>,
}

type Boxed<'a> = diesel::helper_types::IntoBoxed<'a, catalog_product::table, MultiBackend>;

impl Listing {
    /// Returns the rows of the requested page.
    ///
    /// The ids of the page are found first, by an index if one gives the order, and only these rows
    /// are joined and read: a deep page then skips thousands of index entries instead of thousands
    /// of rows. For the plain list, rows and count are one query. A filter is built at run time,
    /// and such a query cannot be part of another (ADR 1).
    pub(crate) fn page<const PER_PAGE: i64>(
        &self,
        conn: &mut Conn,
        asked: PageNumber,
    ) -> Result<RowPage<ProductRow>> {
        if self.is_plain()
            && LIKELY.load(Ordering::Relaxed) <= Paginator::COUNT_LIMIT
            && let Some(page) = plain_page::<PER_PAGE>(conn, asked)?
        {
            return Ok(page);
        }
        let narrowed = self.narrowed(conn)?;
        let page = load_page(
            conn,
            (asked, PER_PAGE),
            |conn, limit| self.count(conn, &narrowed, limit),
            |conn, limit, offset| self.rows(conn, &narrowed, limit, offset),
        )?;
        if self.is_plain() {
            LIKELY.store(page.paginator.count, Ordering::Relaxed);
        }
        Ok(page)
    }

    fn narrowed(&self, conn: &mut Conn) -> Result<Narrowed> {
        let single = match self.category {
            Some(id) if self.tag.is_none() && !has_children(conn, id)? => Some(id),
            _ => None,
        };
        let texts = (catalog_product::name, catalog_product::description);
        let limit = Paginator::COUNT_LIMIT;
        let search = TextSearch::new::<Product, _>(conn, texts, &self.words, limit)?;

        Ok(Narrowed {
            single,
            few: search.filter(TextSearch::is_few),
        })
    }

    /// Counts up to `limit` rows.
    fn count(&self, conn: &mut Conn, narrowed: &Narrowed, limit: i64) -> Result<i64> {
        let by_index = self.is_all() || (narrowed.single.is_some() && narrowed.few.is_none());
        let rows = self.filtered(by_index, narrowed);
        count_up_to(conn, rows.select(catalog_product::id), limit)
    }

    /// Returns up to `limit` rows after the first `offset`.
    fn rows(
        &self,
        conn: &mut Conn,
        narrowed: &Narrowed,
        limit: i64,
        offset: i64,
    ) -> Result<Vec<ProductRow>> {
        let is_few = narrowed.few.is_some();
        let is_narrow = is_few || (self.is_narrow() && narrowed.single.is_none());
        let has_index = match self.sort {
            Sort::Name => !is_narrow,
            Sort::PriceUp | Sort::PriceDown => self.is_all(),
            Sort::Newest => false,
        };
        let page = self
            .filtered(has_index, narrowed)
            .select(catalog_product::id)
            .limit(limit)
            .offset(offset);
        let page = match self.sort {
            // An expression prevents sorting through an index: PostgreSQL would sometimes scan all
            // products in that order until the few products of a category, a tag or a search fill the page.
            Sort::Name if is_narrow => {
                page.order((catalog_product::name.concat(""), catalog_product::id))
            }
            Sort::Newest if is_few || self.is_narrow() => {
                page.order((catalog_product::id + 0_i64).desc())
            }
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
        Ok(rows.into_iter().map(|(_, row)| row).collect())
    }

    /// Whether the list has all products by name, which is the most visited list.
    fn is_plain(&self) -> bool {
        self.is_all() && self.sort == Sort::Name
    }

    /// Whether the list is limited to one category or one tag.
    fn is_narrow(&self) -> bool {
        self.category.is_some() || self.tag.is_some()
    }

    /// Whether the list has all published products.
    fn is_all(&self) -> bool {
        self.category.is_none() && self.tag.is_none() && self.words.is_empty()
    }

    /// Returns the published products that match.
    ///
    /// SQLite can use the listing index for `is_active = 1` but not for `is_active` alone. Without
    /// statistics it considers that index selective, and reads nine of ten products through it. So
    /// the statement decides whether the index is useful: it is if it gives the order, or holds all
    /// columns that are needed.
    fn filtered<'a>(&self, by_index: bool, narrowed: &Narrowed) -> Boxed<'a> {
        let mut products = catalog_product::table.into_boxed();
        products = if by_index {
            products.filter(catalog_product::is_active.eq(true))
        } else {
            products.filter(catalog_product::is_active)
        };
        if let Some(id) = narrowed.single {
            products = products.filter(catalog_product::category_id.eq(id));
        } else if let Some(id) = self.category {
            let within = catalog_category::table
                .filter(
                    catalog_category::id
                        .eq(id)
                        .or(catalog_category::parent_id.eq(id)),
                )
                .select(catalog_category::id);
            products = products.filter(catalog_product::category_id.eq_any(within));
        }
        if let Some(id) = self.tag {
            let tagged = catalog_product_tags::table
                .filter(catalog_product_tags::tag_id.eq(id))
                .select(catalog_product_tags::product_id);
            products = products.filter(catalog_product::id.eq_any(tagged));
        }
        if let Some(few) = &narrowed.few {
            products = products.filter(few.has(catalog_product::id));
        }
        for word in &self.words {
            let in_name = ilike(catalog_product::name, contains(word));
            let in_text = ilike(catalog_product::description, contains(word));
            products = products.filter(in_name.or(in_text));
        }
        products
    }
}

/// Whether a category has other categories inside it.
fn has_children(conn: &mut Conn, id: i64) -> Result<bool> {
    let children = catalog_category::table.filter(catalog_category::parent_id.eq(id));
    Ok(diesel::select(exists(children)).get_result(conn)?)
}

/// Returns a page of all products by name with their count. Returns `None` if the page does not
/// exist; then the caller must find the last one.
fn plain_page<const PER_PAGE: i64>(
    conn: &mut Conn,
    asked: PageNumber,
) -> Result<Option<RowPage<ProductRow>>> {
    let number = match asked {
        PageNumber::First => 1,
        PageNumber::Number(number) => number,
        PageNumber::Last => return Ok(None),
    };
    let Some(offset) = (number - 1).checked_mul(PER_PAGE) else {
        return Ok(None);
    };
    let likely = LIKELY.load(Ordering::Relaxed);
    let counted_page = if likely > 0 && offset > likely / 2 {
        page_near_the_end::<PER_PAGE>(conn, offset)?
    } else {
        page_near_the_start::<PER_PAGE>(conn, offset)?
    };
    let Some((count, rows)) = counted_page else {
        return Ok(None);
    };
    LIKELY.store(count, Ordering::Relaxed);
    Ok(Some(RowPage {
        rows,
        number,
        paginator: Paginator {
            count,
            per_page: PER_PAGE,
        },
        is_counted: true,
    }))
}

/// The last known number of products. It only decides how products are counted: a long list is counted up to the
/// limit.
static LIKELY: AtomicI64 = AtomicI64::new(0);

/// The rows from `offset` on, and the total number of rows; `None` if there are no rows from there
/// on.
type Found = Option<(i64, Vec<ProductRow>)>;

fn page_near_the_start<const PER_PAGE: i64>(conn: &mut Conn, offset: i64) -> Result<Found> {
    let (listed, counted) = diesel::alias!(catalog_product as listed, catalog_product as counted);
    let ids = listed
        .filter(listed.field(catalog_product::is_active).eq(true))
        .order((
            listed.field(catalog_product::name),
            listed.field(catalog_product::id),
        ))
        .select(listed.field(catalog_product::id));
    let count = counted
        .filter(counted.field(catalog_product::is_active).eq(true))
        .count()
        .single_value();
    let rows = catalog_product::table
        .inner_join(catalog_category::table)
        .filter(among::<_, _, PER_PAGE>(catalog_product::id, ids, offset))
        .order((catalog_product::name, catalog_product::id));
    let rows: Vec<(Option<i64>, ProductRow)> = on_conn!(conn, |conn| rows
        .select((count, ProductRow::as_select()))
        .load(conn))?;
    let count = rows.first().and_then(|(count, _)| *count);
    Ok(count.map(|count| (count, rows.into_iter().map(|(_, row)| row).collect())))
}

/// Does the same with one scan of the index: the rows before the page are skipped anyway, so only
/// those after are counted. Comparing each row with the first of the page costs more than counting
/// it, so this is faster in the second half only (ADR 18). Written as SQL because Diesel does not
/// support `WITH`.
fn page_near_the_end<const PER_PAGE: i64>(conn: &mut Conn, offset: i64) -> Result<Found> {
    let sql = Sql::new("WITH page AS MATERIALIZED (SELECT id, name FROM catalog_product WHERE is_active = TRUE")
        .raw(" ORDER BY name, id LIMIT ")
        .number(PER_PAGE)
        .raw(" OFFSET ")
        .bind(offset)
        .raw(") SELECT p.name, p.slug, p.price, p.stock, p.image, c.name, (SELECT COUNT(*) FROM catalog_product")
        .raw(" WHERE is_active = TRUE AND (name, id) >= (SELECT name, id FROM page ORDER BY name, id LIMIT 1))")
        .raw(" FROM page INNER JOIN catalog_product AS p ON p.id = page.id")
        .raw(" INNER JOIN catalog_category AS c ON c.id = p.category_id ORDER BY p.name, p.id")
        .returns(&ProductRow::KINDS)
        .returns_once(&[Kind::BigInt]);
    let mut rows = sql.load(conn)?;
    let counted = rows
        .first_mut()
        .and_then(|row| row.split_off(6).first()?.as_i64());
    Ok(counted.map(|counted| {
        (
            offset + counted,
            rows.into_iter()
                .filter_map(ProductRow::from_values)
                .collect(),
        )
    }))
}

/// Returns a LIKE pattern for texts that contain `word`.
fn contains(word: &str) -> String {
    format!("%{}%", like_escaped(word))
}
