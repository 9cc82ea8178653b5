//! Checks that every URL of the site can be reached, and that a user can log in.

use actix_web::dev::ResourceDef;

use crate::error::LOGIN_URL;
use crate::http::{Access, Urls};
use crate::models::Finding;

/// Returns the mistakes in the URLs of a site.
pub(super) fn findings(urls: &Urls) -> Vec<Finding> {
    let patterns: Vec<(&'static str, ResourceDef)> = urls
        .iter()
        .map(|url| (url.pattern, ResourceDef::new(url.pattern)))
        .collect();
    let mut found = Vec::new();

    for (at, (pattern, own)) in patterns.iter().enumerate() {
        let path = example(pattern);
        if !own.is_match(&path) {
            continue;
        }
        let before = patterns[..at]
            .iter()
            .find(|(_, other)| other.is_match(&path));
        if let Some((other, _)) = before {
            let text = format!(
                "no request reaches this URL, because {other} comes before it and matches {path} as \
                 well. Move it before the other; own URLs come before `.include(urls::batteries())`."
            );
            found.push(Finding::new("nuages.E010", *pattern, "urls", text));
        }
    }

    let has_login = patterns.iter().any(|(_, it)| it.is_match(LOGIN_URL));
    let closed = urls.iter().find(|url| url.access != Access::Public);
    if let Some(closed) = closed.filter(|_| !has_login) {
        let text = format!(
            "the URL requires a login, and the site has no page {LOGIN_URL}. Add \
             `.include(nuages::urls::batteries())` at the end of the URLs."
        );
        found.push(Finding::new("nuages.E011", closed.pattern, "urls", text));
    }
    found
}

/// Returns a path that matches most patterns of this shape: `/blog/1/` for `/blog/{slug}/`.
fn example(pattern: &str) -> String {
    let mut path = String::new();
    let mut depth = 0_usize;
    for character in pattern.chars() {
        match character {
            '{' => {
                if depth == 0 {
                    path.push('1');
                }
                depth += 1;
            }
            '}' => depth = depth.saturating_sub(1),
            other if depth == 0 => path.push(other),
            _ => {}
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{get, path};

    async fn page() -> &'static str {
        ""
    }

    fn own(pattern: &'static str, access: Access) -> Urls {
        Urls::new([path(pattern, "own", access, get(page))])
    }

    #[test]
    fn the_urls_of_the_library_have_no_mistakes() {
        assert_eq!(findings(&crate::urls::batteries()), []);
    }

    #[test]
    fn a_url_after_the_catch_all_of_the_admin_is_named() {
        let wrong = crate::urls::batteries().include(own("/admin/reports/{year}/", Access::Staff));
        let found = findings(&wrong);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0]
                .to_string()
                .starts_with("(nuages.E010) /admin/reports/{year}/, urls: no request reaches"),
            "{}",
            found[0]
        );
        let right = own("/admin/reports/{year}/", Access::Staff).include(crate::urls::batteries());
        assert_eq!(findings(&right), []);
    }

    #[test]
    fn a_site_without_the_batteries_has_no_page_to_log_in() {
        let found = findings(&own("/tickets/", Access::Login));
        assert!(
            found[0]
                .to_string()
                .contains("Add `.include(nuages::urls::batteries())`"),
            "{found:?}"
        );
        assert_eq!(findings(&own("/", Access::Public)), [], "nobody logs in");
    }
}
