//! The shop window.

use actix_web::web;
use askama::Template;

use super::cards::{CategoryCard, ProductCard};
use crate::apps::catalog::models::{CategoryTile, ProductRow};
use crate::db::Db;
use crate::error::Result;
use crate::http::{Html, Page, render};

/// Products with the tag of this slug are shown first.
const FEATURED: &str = "staff-pick";

#[derive(Template)]
#[template(path = "catalog/home.html")]
struct Home {
    page: Page,
    lead: Option<ProductCard>,
    featured: Vec<ProductCard>,
    newest: Vec<ProductCard>,
    categories: Vec<CategoryCard>,
}

/// `GET /`
pub(in crate::apps::catalog) async fn home(page: Page, db: web::Data<Db>) -> Result<Html> {
    let (picks, newest, tiles) = db
        .run(|conn| {
            let picks = ProductRow::tagged(conn, FEATURED, 5)?;
            Ok((picks, ProductRow::newest(conn, 8)?, CategoryTile::within(conn, None, 8)?))
        })
        .await?;
    let mut picks = picks.into_iter().map(ProductCard::from);
    render(&Home {
        page,
        lead: picks.next(),
        featured: picks.collect(),
        newest: newest.into_iter().map(Into::into).collect(),
        categories: tiles.into_iter().map(Into::into).collect(),
    })
}
