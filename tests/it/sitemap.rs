//! `/sitemap.xml`, `/robots.txt`

use crate::support::{Kind, TestSite, product};

fn the_sitemap_lists_every_published_product(kind: Kind) {
    let site = TestSite::new(kind);
    let conn = &mut site.connect();
    for number in 0..1200 {
        product(&format!("Lamp {number}")).save(conn);
    }
    product("Draft").draft().save(conn);
    let map = site.client().get("/sitemap.xml");
    assert_eq!(map.status, 200);
    let xml = map.text();
    assert_eq!(xml.matches("<loc>").count(), 1203);
    assert!(
        xml.trim_end().ends_with("</urlset>")
            && xml.contains("/products/lamp-1199/</loc>")
            && !xml.contains("draft")
    );
    assert_eq!(site.client().get("/sitemap.xml?p=2").status, 404);
    assert_eq!(site.client().get("/sitemap.xml?p=x").status, 404);
    assert!(site.client().get("/robots.txt").shows(&[&format!(
        "Sitemap: http://127.0.0.1:{}/sitemap.xml",
        site.port
    )]));
}

on_both!(the_sitemap_lists_every_published_product);
