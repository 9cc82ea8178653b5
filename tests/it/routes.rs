//! The access rules of all URLs.

use nuages::http::Access;
use nuages::settings::{Env, Settings};

use crate::support::{CHARLIE, Database, Kind, TestSite};

/// The names of public URLs. A new public URL must be added here.
const PUBLIC: [&str; 36] = [
    "home",
    "product_list",
    "product_detail",
    "category_list",
    "category_detail",
    "sitemap",
    "robots",
    "cart",
    "add",
    "update",
    "checkout",
    "review",
    "place",
    "order",
    "invoice",
    "cancel",
    "guest_order",
    "guest_invoice",
    "guest_cancel",
    "api_shop_products",
    "api_shop_quotes",
    "webhook",
    "admin:login",
    "admin:logout",
    "login",
    "login_code",
    "logout",
    "signup",
    "password_reset",
    "password_reset_done",
    "password_reset_confirm",
    "password_reset_complete",
    "static",
    "media",
    "kept_upload",
    "favicon",
];

/// Returns `pattern` with a value in each placeholder.
fn example(pattern: &str) -> String {
    let mut path = String::new();
    for part in pattern.split('{') {
        path.push_str(part.split_once('}').map_or(part, |(_, rest)| rest));
        path.push('1');
    }
    path.pop();
    path
}

fn every_url_is_listed_as_public_or_redirects_to_the_login_page(kind: Kind) {
    let site = TestSite::new(kind);
    let settings = Settings::read(&Env::from_pairs(&[("SECRET_KEY", "x")])).unwrap();
    let urls = crate::shop::urls(&settings);
    let mut open = Vec::new();
    for url in urls.iter() {
        let (client, path) = (site.client(), example(url.pattern));
        let mut replies = vec![client.get(&path)];
        if url.methods().contains("POST") {
            replies.push(client.post(&path, &[]));
        }
        let is_public = PUBLIC.contains(&url.name);
        assert_eq!(
            url.access == Access::Public,
            is_public,
            "{} ({path})",
            url.name
        );
        for reply in replies {
            let login = if url.access == Access::Staff {
                "/admin/login/?next="
            } else {
                "/accounts/login/?next="
            };
            assert_eq!(
                reply.header("location").starts_with(login),
                !is_public,
                "{path}: {}",
                reply.status
            );
            assert!(is_public || reply.status == 302, "{path}");
            assert!(reply.status < 500, "{path}");
        }
        open.extend(is_public.then_some(url.name));
    }
    assert!(
        PUBLIC.iter().all(|name| open.contains(name)),
        "some of these are no URLs any more"
    );
}

fn the_login_page_redirects_back_to_the_requested_page(kind: Kind) {
    let database = Database::migrated(kind);
    CHARLIE.save(&mut database.connect());
    let site = TestSite::with(database, &[], crate::shop::urls);
    let client = site.client();
    let reply = client.get("/accounts/password_change/?a=b&c=%26");
    // Quoted as in Django.
    assert_eq!(
        reply.header("location"),
        "/accounts/login/?next=/accounts/password_change/%3Fa%3Db%26c%3D%2526"
    );
    let reply = client.post(
        reply.header("location"),
        &[("username", "charlie"), ("password", CHARLIE.password)],
    );
    assert_eq!(
        reply.header("location"),
        "/accounts/password_change/?a=b&c=%26"
    );
}

on_both!(
    every_url_is_listed_as_public_or_redirects_to_the_login_page,
    the_login_page_redirects_back_to_the_requested_page
);
