//! A site with pages that are cached.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use nuages::actix_web::cookie::Cookie;
use nuages::actix_web::{HttpRequest, HttpResponse, rt};
use nuages::cache::{Cache, Timeout, cache_page, fragment_key, vary_on_headers};
use nuages::models::content_types;
use nuages::prelude::*;
use nuages::schema::auth_user;
use nuages::{admin, auth, sessions};
use serde_json::{Value, json};

static APPS: [AppConfig; 4] = [admin::APP, auth::APP, content_types::APP, sessions::APP];

/// The site.
pub(crate) static CACHED: Project = Project::new("Cached", &APPS, urls, |site| site);

/// The number of times that a page was made.
static MADE: AtomicU32 = AtomicU32::new(0);

fn urls(_: &Settings) -> Urls {
    let public = |pattern, name, view| path(pattern, name, Access::Public, view);
    Urls::new([
        public("/plain/", "plain", cache_page(60, get(plain))),
        public("/who/", "who", cache_page(60, get(who))),
        public("/form/", "form", cache_page(60, get(form))),
        public("/cookie/", "cookie", cache_page(60, get(cookie))),
        public("/own/", "own", cache_page(60, get(own))),
        public("/language/", "language", {
            cache_page(60, vary_on_headers(&["Accept-Language"], get(language)))
        }),
        public("/greeting/", "greeting", cache_page(60, get(greeting))),
        public("/slow/", "slow", cache_page(60, get(slow))),
        public("/missing/", "missing", cache_page(60, get(missing))),
        path(
            "/members/",
            "members",
            Access::Login,
            cache_page(60, get(who)),
        ),
        public("/users/", "users", cache_page(60, get(users))),
        public("/values/", "values", get(values)),
        public("/fragment/", "fragment", get(fragment)),
        public("/expensive/", "expensive", get(expensive)),
    ])
    .include(batteries())
}

/// Returns a text that differs at each call.
fn fresh() -> String {
    format!("made {}", MADE.fetch_add(1, Ordering::Relaxed))
}

async fn plain() -> String {
    fresh()
}

async fn who(page: Page) -> String {
    let name = page.user.as_ref().map_or("nobody", |user| &user.username);
    format!("{name} {}", fresh())
}

async fn form(page: Page) -> String {
    format!("{} {}", page.csrf_token(), fresh())
}

async fn cookie() -> HttpResponse {
    HttpResponse::Ok()
        .cookie(Cookie::new("seen", "1"))
        .body(fresh())
}

async fn own() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header(("Cache-Control", "private"))
        .body(fresh())
}

async fn language() -> String {
    fresh()
}

async fn greeting(request: HttpRequest) -> String {
    Messages::from_request(&request).success("Hello");
    fresh()
}

async fn slow() -> String {
    rt::time::sleep(Duration::from_millis(300)).await;
    fresh()
}

async fn missing() -> Result<String> {
    MADE.fetch_add(1, Ordering::Relaxed);
    Err(Error::NotFound)
}

async fn users(db: web::Data<Db>) -> Result<String> {
    let names: Vec<String> = db
        .run(|conn| {
            let names = auth_user::table.select(auth_user::username);
            Ok(names.order(auth_user::username).load(conn)?)
        })
        .await?;
    Ok(names.join(", "))
}

async fn fragment(cache: Cache, query: QueryDict) -> Result<String> {
    let name = query.get("name").unwrap_or_default();
    if query.get("delete").is_some() {
        cache.delete(&fragment_key("side", &[name])).await?;
    }
    let html = cache
        .fragment("side", &[name], 60, async || {
            Ok(format!("<b>{name} {}</b>", fresh()))
        })
        .await?;
    Ok(html.to_string())
}

async fn expensive(cache: Cache) -> Result<String> {
    cache
        .get_or_set("expensive", async || Ok(slow().await), 60)
        .await
}

/// Uses every method of the cache, and returns what they returned.
async fn values(cache: Cache) -> Result<web::Json<Value>> {
    let number = |value: Option<i64>| json!(value);
    let mut said: Vec<(&str, Value)> = Vec::new();

    said.push(("a missing key", number(cache.get("a").await?)));
    cache.set("a", &1, Timeout::Default).await?;
    said.push(("get after set", number(cache.get("a").await?)));
    said.push((
        "add to a key that is there",
        json!(cache.add("a", &5, 60).await?),
    ));
    said.push(("add to a new key", json!(cache.add("b", &5, 60).await?)));
    said.push(("incr", number(cache.incr("a", 4).await?)));
    said.push(("decr", number(cache.decr("a", 2).await?)));
    said.push((
        "incr of a missing key",
        number(cache.incr("none", 1).await?),
    ));
    cache.set("text", "lamp", None).await?;
    said.push(("another type", number(cache.get("text").await?)));
    said.push((
        "incr of a text fails",
        json!(cache.incr("text", 1).await.is_err()),
    ));
    said.push(("touch", json!(cache.touch("a", 60).await?)));
    said.push((
        "touch of a missing key",
        json!(cache.touch("none", 60).await?),
    ));
    said.push(("has_key", json!(cache.has_key("a").await?)));
    let many = cache.get_many::<i64>(&["a", "b", "none"]).await?;
    said.push(("get_many", json!(many.len())));
    said.push(("another version", number(cache.version(2).get("a").await?)));
    cache.set("zero", &1, 0).await?;
    said.push(("a timeout of 0", number(cache.get("zero").await?)));
    said.push(("delete", json!(cache.delete("a").await?)));
    said.push(("delete again", json!(cache.delete("a").await?)));
    cache.set_many(&[("c", 1), ("d", 2)], 60).await?;
    cache.delete_many(&["b", "c"]).await?;
    said.push(("after delete_many", number(cache.get("c").await?)));
    said.push(("the other", number(cache.get("d").await?)));
    let computed: i64 = cache.get_or_set("e", async || Ok(7), 60).await?;
    let kept: i64 = cache.get_or_set("e", async || Ok(8), 60).await?;
    said.push(("get_or_set twice", json!([computed, kept])));
    let long = "x".repeat(400);
    cache.set(&long, &3, 60).await?;
    said.push(("a long key", number(cache.get(&long).await?)));
    cache.clear().await?;
    said.push(("after clear", number(cache.get("d").await?)));
    Ok(web::Json(
        said.into_iter()
            .map(|(what, value)| (what.to_owned(), value))
            .collect(),
    ))
}
