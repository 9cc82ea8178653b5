//! `GET /api/catalog/product/?page_size=50`: the same rows as the API of Nuages, with axum, sqlx and serde.
//!
//! Environment: `DATABASE_URL` (`sqlite:////path` or `postgres://…`), `ADDRESS`.

use std::collections::HashMap;

use axum::Json;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use sqlx::{AssertSqlSafe, FromRow, PgPool, SqlitePool, query_as, query_scalar};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const COUNT: &str = "SELECT COUNT(*) FROM catalog_product";
// Prices are cents, because SQLite's decimal columns hold integers and floats.
const LIST: &str = "SELECT id, name, slug, sku, category_id, description, \
    CAST(ROUND(price * 100) AS BIGINT) AS cents, stock, is_active, image, released_on, created_at, updated_at \
    FROM catalog_product ORDER BY name, id LIMIT $1";

#[derive(FromRow)]
struct Row {
    id: i64,
    name: String,
    slug: String,
    sku: String,
    category_id: i64,
    description: String,
    cents: i64,
    stock: i32,
    is_active: bool,
    image: String,
    released_on: Option<NaiveDate>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

#[derive(Serialize)]
struct Product {
    id: i64,
    name: String,
    slug: String,
    sku: String,
    category: i64,
    description: String,
    price: String,
    stock: i32,
    is_active: bool,
    image: Option<String>,
    released_on: Option<NaiveDate>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    tags: Vec<i64>,
    display: String,
}

#[derive(Serialize)]
struct Page {
    count: i64,
    next: Option<String>,
    previous: Option<String>,
    results: Vec<Product>,
}

#[derive(Deserialize)]
struct Parameters {
    page_size: Option<i64>,
}

#[derive(Clone)]
enum Db {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

/// Runs the same expression on either pool.
macro_rules! on {
    ($db:expr, $pool:ident => $run:expr) => {
        match $db {
            Db::Sqlite($pool) => $run,
            Db::Postgres($pool) => $run,
        }
    };
}

async fn page(db: &Db, size: i64) -> sqlx::Result<Page> {
    let count = on!(db, pool => query_scalar(COUNT).fetch_one(pool).await)?;
    let rows: Vec<Row> = on!(db, pool => query_as(LIST).bind(size).fetch_all(pool).await)?;
    let ids: Vec<String> = rows.iter().map(|row| row.id.to_string()).collect();
    let sql = format!(
        "SELECT product_id, tag_id FROM catalog_product_tags WHERE product_id IN ({}) ORDER BY tag_id",
        ids.join(", ")
    );
    let links: Vec<(i64, i64)> = on!(db, pool => query_as(AssertSqlSafe(sql)).fetch_all(pool).await)?;
    let mut tags: HashMap<i64, Vec<i64>> = HashMap::new();
    for (product, tag) in links {
        tags.entry(product).or_default().push(tag);
    }

    let results = rows.into_iter().map(|row| Product {
        id: row.id,
        display: row.name.clone(),
        name: row.name,
        slug: row.slug,
        sku: row.sku,
        category: row.category_id,
        description: row.description,
        price: format!("{}.{:02}", row.cents / 100, row.cents % 100),
        stock: row.stock,
        is_active: row.is_active,
        image: (!row.image.is_empty()).then_some(row.image),
        released_on: row.released_on,
        created_at: row.created_at,
        updated_at: row.updated_at,
        tags: tags.remove(&row.id).unwrap_or_default(),
    });
    Ok(Page {
        count,
        next: (count > size).then(|| format!("/api/catalog/product/?page_size={size}&page=2")),
        previous: None,
        results: results.collect(),
    })
}

async fn products(
    State(db): State<Db>,
    Query(parameters): Query<Parameters>,
) -> Result<Json<Page>, StatusCode> {
    let size = parameters.page_size.unwrap_or(50).clamp(1, 500);
    let page = page(&db, size).await;
    page.map(Json).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

#[tokio::main]
async fn main() {
    let url = std::env::var("DATABASE_URL").expect("DATABASE_URL");
    let db = match url.strip_prefix("sqlite:///") {
        Some(path) => Db::Sqlite(SqlitePool::connect(&format!("sqlite://{path}")).await.expect("the database")),
        None => Db::Postgres(PgPool::connect(&url).await.expect("the database")),
    };
    let app = axum::Router::new()
        .route("/api/catalog/product/", axum::routing::get(products))
        .with_state(db);
    let address = std::env::var("ADDRESS").expect("ADDRESS");
    let listener = tokio::net::TcpListener::bind(address).await.expect("the address");
    axum::serve(listener, app).await.expect("the server");
}
