//! A site that counts its visits, in two arrangements of databases.

use nuages::db::Router;
use nuages::models::content_types;
use nuages::prelude::*;
use nuages::{admin, auth, sessions};

/// A visit of a page.
#[nuages::model(app = "statistics")]
pub struct Hit {
    #[field(max_length = 200)]
    pub path: String,
}

const STATISTICS: AppConfig = AppConfig {
    label: "statistics",
    verbose_name: "Statistics",
    models: &[Hit::meta],
    migrations: nuages::migrations!("statistics" in "tests/databases/migrations"),
};

pub(crate) static APPS: [AppConfig; 5] = [
    admin::APP,
    auth::APP,
    content_types::APP,
    sessions::APP,
    STATISTICS,
];

/// The statistics have a database of their own.
pub(crate) static SPLIT: Project =
    Project::new("Split", &APPS, |_| urls(), |site| site).router(OWN_DATABASE);

/// Reports read a copy of the database.
pub(crate) static COPIED: Project =
    Project::new("Copied", &APPS, |_| urls(), |site| site).router(COPY);

const OWN_DATABASE: Router = Router::new()
    .db_for_read(|app, _| (app == "statistics").then_some("statistics"))
    .db_for_write(|app, _| (app == "statistics").then_some("statistics"))
    .allow_migrate(|database, app| (database == "statistics") == (app == "statistics"));

const COPY: Router = Router::new().db_for_read(|app, _| (app == "statistics").then_some("reports"));

pub(crate) fn urls() -> Urls {
    Urls::new([
        path("/hits/", "hits", Access::Public, get(hits).post(count)),
        path("/hits/own/", "own_hits", Access::Public, get(own_hits)),
    ])
    .include(batteries())
}

async fn hits(db: web::Data<Db>) -> Result<String> {
    db.for_read::<Hit>()?.run(paths).await
}

async fn own_hits(db: web::Data<Db>) -> Result<String> {
    db.for_write::<Hit>()?.run(paths).await
}

fn paths(conn: &mut Conn) -> Result<String> {
    let paths: Vec<String> = statistics_hit::table
        .select(statistics_hit::path)
        .load(conn)?;
    Ok(paths.join(" "))
}

async fn count(db: web::Data<Db>, data: PostData) -> Result<String> {
    let path = data.get("path").to_owned();
    db.for_write::<Hit>()?
        .atomic(move |conn| {
            diesel::insert_into(statistics_hit::table)
                .values(statistics_hit::path.eq(path))
                .execute(conn)?;
            Ok("counted".to_owned())
        })
        .await
}
