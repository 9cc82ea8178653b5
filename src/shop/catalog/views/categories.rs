//! The list of categories, and the page of a category.

use actix_web::web;
use askama::Template;

use super::cards::{CategoryCard, Choice, Link, PER_PAGE, Pager, ProductCard, sorts};
use crate::shop::catalog::models::{Category, CategoryTile, Listing, Sort};
use nuages::db::{Db, PageNumber};
use nuages::error::{Error, Result};
use nuages::http::{Html, QueryDict, render};
use nuages::pages::Page;

/// The largest number of categories on one page.
const MAX_TILES: i64 = 200;

#[derive(Template)]
#[template(path = "shop/category_list.html")]
struct CategoryList {
    page: Page,
    categories: Vec<CategoryCard>,
}

/// `GET /categories/`
pub(in crate::shop::catalog) async fn category_list(page: Page, db: web::Data<Db>) -> Result<Html> {
    let tiles = db
        .run(|conn| CategoryTile::within(conn, None, MAX_TILES))
        .await?;
    render(&CategoryList {
        page,
        categories: tiles.into_iter().map(Into::into).collect(),
    })
}

#[derive(Template)]
#[template(path = "shop/category_detail.html")]
struct CategoryDetail {
    page: Page,
    name: String,
    description: String,
    crumbs: Vec<Link>,
    children: Vec<CategoryCard>,
    products: Vec<ProductCard>,
    pager: Pager,
    sorts: Vec<Choice>,
}

/// `GET /categories/<slug>/`
pub(in crate::shop::catalog) async fn category_detail(
    page: Page,
    db: web::Data<Db>,
    slug: web::Path<String>,
    query: QueryDict,
) -> Result<Html> {
    let sort = Sort::from_value(query.word("sort"));
    let asked: PageNumber = query
        .get("page")
        .and_then(|page| page.parse().ok())
        .unwrap_or_default();
    let (category, parent, children, rows) = db
        .run(move |conn| {
            let category = Category::find_by_slug(conn, &slug)?.ok_or(Error::NotFound)?;
            let parent = category.parent(conn)?;
            let children = CategoryTile::within(conn, Some(category.id), MAX_TILES)?;
            let listing = Listing {
                category: Some(category.id),
                sort,
                ..Listing::default()
            };
            Ok((
                category,
                parent,
                children,
                listing.page::<PER_PAGE>(conn, asked)?,
            ))
        })
        .await?;
    let mut crumbs = vec![Link {
        label: "Categories".to_owned(),
        url: "/categories/".to_owned(),
    }];
    crumbs.extend(parent.map(|parent| Link {
        url: parent.url(),
        label: parent.name,
    }));
    render(&CategoryDetail {
        page,
        name: category.name,
        description: category.description,
        crumbs,
        children: children.into_iter().map(Into::into).collect(),
        pager: Pager::new(&rows, &query, &["sort", "page"]),
        products: rows.rows.into_iter().map(Into::into).collect(),
        sorts: sorts(sort),
    })
}
