//! Files for search engines: `sitemap.xml` and `robots.txt`.

use std::fmt::Write as _;

use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use diesel::prelude::*;
use futures_util::StreamExt as _;

use super::models::url_of;
use crate::shop::schema::catalog_product;
use nuages::db::{Db, LossyText, Readable, Timestamp};
use nuages::each_row;
use nuages::error::{Error, Result};
use nuages::http::{QueryDict, site_root, text};
use nuages::settings::Settings;

/// The largest number of URLs in one file, by the protocol.
const PER_FILE: i64 = 50_000;
/// Number of rows in a chunk of the stream.
const CHUNK: usize = 500;

/// `GET /robots.txt`
pub(super) async fn robots(request: HttpRequest, settings: web::Data<Settings>) -> HttpResponse {
    let (prefix, site) = (&settings.proxy.script_name, site_root(&request, &settings));
    let body = format!(
        "User-agent: *\nDisallow: {prefix}/admin/\nDisallow: {prefix}/accounts/\n\nSitemap: {site}/sitemap.xml\n"
    );
    text("text/plain; charset=utf-8", body)
}

/// `GET /sitemap.xml`: every published product, streamed. With more than 50,000 products it is an
/// index of several files, `?p=1` and so on.
pub(super) async fn sitemap(
    request: HttpRequest,
    settings: web::Data<Settings>,
    db: web::Data<Db>,
    query: QueryDict,
) -> Result<HttpResponse> {
    let site = site_root(&request, &settings);
    let count: i64 = db
        .run(|conn| {
            Ok(catalog_product::table
                .filter(catalog_product::is_active.eq(true))
                .count()
                .get_result(conn)?)
        })
        .await?;
    let files = ((count + PER_FILE - 1) / PER_FILE).max(1);
    let file = match query.word("p").map(str::parse::<i64>) {
        None if files > 1 => {
            return Ok(text("application/xml; charset=utf-8", index(&site, files)));
        }
        None => 1,
        Some(Ok(file)) if (1..=files).contains(&file) => file,
        Some(_) => return Err(Error::NotFound),
    };
    let rows = db
        .stream(CHUNK, move |conn, sink| {
            // Not `= true`, because SQLite might then read all products through the listing index
            // and sort them.
            let products = catalog_product::table
                .filter(catalog_product::is_active)
                .order(catalog_product::id)
                .offset((file - 1) * PER_FILE)
                .limit(PER_FILE)
                .select((catalog_product::slug, catalog_product::updated_at));
            each_row!(conn, products => (LossyText, Readable<Timestamp>), |row| sink.send(row));
            Ok(())
        })
        .await?;
    let head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n";
    let pages = ["/", "/products/", "/categories/"]
        .map(|path| format!("<url><loc>{site}{path}</loc></url>\n"))
        .concat();
    let begin = if file == 1 {
        format!("{head}{pages}")
    } else {
        head.to_owned()
    };
    let body = rows.map(move |chunk| {
        let mut xml = String::new();
        for (LossyText(slug), updated) in chunk? {
            let _ = write!(xml, "<url><loc>{site}{}</loc>", url_of(&slug));
            if let Some(updated) = updated.0 {
                let _ = write!(
                    xml,
                    "<lastmod>{}</lastmod>",
                    updated.utc().format("%Y-%m-%d")
                );
            }
            xml.push_str("</url>\n");
        }
        Ok::<_, Error>(Bytes::from(xml))
    });
    let whole = once(begin)
        .chain(body)
        .chain(once("</urlset>\n".to_owned()));
    Ok(HttpResponse::Ok()
        .content_type("application/xml; charset=utf-8")
        .streaming(whole))
}

fn once(text: String) -> impl futures_util::Stream<Item = Result<Bytes>> {
    futures_util::stream::once(async { Ok(Bytes::from(text)) })
}

fn index(site: &str, files: i64) -> String {
    let mut xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<sitemapindex xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n".to_owned();
    for file in 1..=files {
        let _ = writeln!(
            xml,
            "<sitemap><loc>{site}/sitemap.xml?p={file}</loc></sitemap>"
        );
    }
    xml + "</sitemapindex>\n"
}
