//! The home page.

use actix_web::web;
use askama::Template;

use super::cards::{CategoryCard, Link, ProductCard};
use crate::shop::catalog::models::{Category, CategoryTile, ProductRow};
use nuages::db::Db;
use nuages::error::Result;
use nuages::http::{Html, render};
use nuages::pages::Page;

/// Slug of the tag whose products are shown first.
const FEATURED: &str = "staff-pick";
/// Number of featured products: one large and four small ones.
const PICKS: i64 = 5;
const NEWEST: i64 = 8;
const CATEGORIES: i64 = 8;
/// The largest number of category names on the page.
const NAMED: i64 = 200;

#[derive(Template)]
#[template(path = "shop/home.html")]
struct Home {
    page: Page,
    lead: Option<ProductCard>,
    featured: Vec<ProductCard>,
    newest: Vec<ProductCard>,
    categories: Vec<CategoryCard>,
    more_categories: Vec<Link>,
}

/// `GET /`
pub(in crate::shop::catalog) async fn home(page: Page, db: web::Data<Db>) -> Result<Html> {
    let (picks, newest, tiles, mut named) = db
        .run(|conn| {
            let picks = ProductRow::tagged(conn, FEATURED, PICKS)?;
            // Do not show a featured product a second time.
            let mut newest = ProductRow::newest(conn, NEWEST + PICKS)?;
            newest.retain(|row| picks.iter().all(|pick| pick.slug != row.slug));
            newest.truncate(usize::try_from(NEWEST).unwrap_or_default());
            let tiles = CategoryTile::within(conn, None, CATEGORIES)?;
            Ok((picks, newest, tiles, Category::by_name(conn, NAMED)?))
        })
        .await?;
    named.retain(|category| tiles.iter().all(|tile| tile.slug != category.slug));
    let mut picks = picks.into_iter().map(ProductCard::from);
    render(&Home {
        page,
        lead: picks.next(),
        featured: picks.collect(),
        newest: newest.into_iter().map(Into::into).collect(),
        categories: tiles.into_iter().map(Into::into).collect(),
        more_categories: named
            .into_iter()
            .map(|it| Link {
                url: it.url(),
                label: it.name,
            })
            .collect(),
    })
}
