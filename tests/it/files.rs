//! `/static/`, `/media/`

use crate::shop::assets;
use crate::support::{Database, Kind, TestSite};

fn static_files_are_kept_for_ever_under_names_that_change(kind: Kind) {
    let site = TestSite::new(kind);
    let client = site.client();
    let file = client.get(assets::SHOP_SHOP_CSS);
    assert_eq!(file.status, 200);
    assert_eq!(file.header("content-type"), "text/css; charset=utf-8");
    assert!(file.header("cache-control").contains("immutable"));
    assert_eq!(
        client
            .get_with(
                assets::SHOP_SHOP_CSS,
                &[("if-none-match", file.header("etag"))]
            )
            .status,
        304
    );
    let plain = client.get("/static/shop/shop.css");
    assert_eq!(
        (plain.status, plain.header("cache-control")),
        (200, "no-cache")
    );
    assert_eq!(plain.bytes, file.bytes);
}

fn static_files_are_sent_compressed_and_in_ranges(kind: Kind) {
    let site = TestSite::new(kind);
    let client = site.client();
    let whole = client.get("/static/shop/shop.css");
    let accepts = |value: &str| {
        client.raw(format!("GET /static/shop/shop.css HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: {value}\r\nConnection: close\r\n\r\n").as_bytes()).to_lowercase()
    };
    assert!(accepts("gzip, br").contains("content-encoding: br"));
    assert!(accepts("gzip").contains("content-encoding: gzip"));
    assert!(!accepts("gzip;q=0").contains("content-encoding"));
    let part = client.get_with("/static/shop/shop.css", &[("range", "bytes=10-19")]);
    assert_eq!(part.status, 206);
    assert_eq!(part.bytes, whole.bytes[10..20]);
    assert_eq!(
        part.header("content-range"),
        format!("bytes 10-19/{}", whole.bytes.len())
    );
    assert_eq!(
        client
            .get_with("/static/shop/shop.css", &[("range", "bytes=9999999-")])
            .status,
        416
    );
}

fn only_public_files_are_served(kind: Kind) {
    let site = TestSite::new(kind);
    let media = site.database.dir.path().join("media/products");
    std::fs::create_dir_all(&media).unwrap();
    std::fs::write(
        media.join("a.svg"),
        "<svg xmlns='http://www.w3.org/2000/svg'/>",
    )
    .unwrap();
    std::fs::write(media.join("a.html"), "<script>alert(1)</script>").unwrap();
    std::fs::write(media.join(".hidden"), "x").unwrap();
    std::fs::write(site.database.dir.path().join("secret"), "x").unwrap();
    let client = site.client();
    let picture = client.get("/media/products/a.svg");
    assert_eq!(
        (picture.status, picture.header("content-type")),
        (200, "image/svg+xml")
    );
    assert!(
        picture
            .header("content-security-policy")
            .contains("sandbox")
    );
    assert!(
        client
            .get("/media/products/a.html")
            .header("content-disposition")
            .starts_with("attachment")
    );
    for path in [
        "/media/../secret",
        "/media/%2e%2e/secret",
        "/media/products/..%2f..%2fsecret",
        "/media/products/.hidden",
        "/media/products/",
        "/media/nope.webp",
        "/media/%00",
        "/static/../Cargo.toml",
        "/static/%2e%2e/%2e%2e/Cargo.toml",
        "/static/%00/x.css",
        "/static/admin/..%5C..%5CCargo.toml",
        "/static/",
        "/media/",
    ] {
        let answer = client.raw(
            format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                .as_bytes(),
        );
        assert!(
            answer.starts_with("HTTP/1.1 404") || answer.starts_with("HTTP/1.1 400"),
            "{path}: {answer}"
        );
    }
}

fn a_picture_that_is_missing_is_a_placeholder(kind: Kind) {
    let site = TestSite::new(kind);
    let client = site.client();
    let picture = client.get_with(
        "/media/products/nope.webp",
        &[("accept", "image/avif,image/webp,*/*;q=0.8")],
    );
    assert_eq!(
        (picture.status, picture.header("content-type")),
        (404, "image/svg+xml")
    );
    assert!(
        picture.text().starts_with("<svg ")
            && picture.header("x-content-type-options") == "nosniff"
    );
    let page = client.get_with(
        "/media/products/nope.webp",
        &[("accept", "text/html,image/webp,*/*;q=0.8")],
    );
    assert_eq!(
        (page.status, page.header("content-type")),
        (404, "text/html; charset=utf-8")
    );
}

fn a_link_in_the_media_folder_serves_nothing_from_outside(kind: Kind) {
    use std::os::unix::fs::symlink;

    let site = TestSite::new(kind);
    let dir = site.database.dir.path();
    let (media, outside) = (dir.join("media"), dir.join("outside"));
    std::fs::create_dir_all(media.join("products")).unwrap();
    std::fs::create_dir_all(&outside).unwrap();
    std::fs::write(outside.join("secret.txt"), "secret").unwrap();
    std::fs::write(media.join("products/own.txt"), "own").unwrap();
    symlink(outside.join("secret.txt"), media.join("absolute.txt")).unwrap();
    symlink("../outside/secret.txt", media.join("relative.txt")).unwrap();
    symlink("../outside", media.join("folder")).unwrap();
    symlink("relative.txt", media.join("chain.txt")).unwrap();
    symlink("folder", media.join("chain")).unwrap();
    symlink("loop.txt", media.join("loop.txt")).unwrap();
    symlink("products/own.txt", media.join("inside.txt")).unwrap();
    symlink("products", media.join("same")).unwrap();

    let client = site.client();
    for path in [
        "absolute.txt",
        "relative.txt",
        "folder/secret.txt",
        "chain.txt",
        "chain/secret.txt",
        "loop.txt",
    ] {
        let reply = client.get(&format!("/media/{path}"));
        assert_eq!(
            reply.status,
            404,
            "{path} leads out of MEDIA_ROOT and should not be found: {}",
            reply.text()
        );
        let reply = client.get_with(&format!("/media/{path}"), &[("range", "bytes=0-2")]);
        assert_eq!(
            reply.status, 404,
            "a part of {path} should not be found either"
        );
    }
    for path in ["inside.txt", "same/own.txt", "products/own.txt"] {
        assert_eq!(
            client.get(&format!("/media/{path}")).text(),
            "own",
            "{path} stays in MEDIA_ROOT"
        );
    }
}

fn the_media_folder_itself_may_be_a_link(kind: Kind) {
    let database = Database::migrated(kind);
    let (real, link) = (
        database.dir.path().join("real"),
        database.dir.path().join("link"),
    );
    std::fs::create_dir_all(&real).unwrap();
    std::fs::write(real.join("a.txt"), "text").unwrap();
    std::os::unix::fs::symlink(&real, &link).unwrap();
    let site = TestSite::with(
        database,
        &[("MEDIA_ROOT", link.to_str().unwrap())],
        crate::shop::urls,
    );
    assert_eq!(site.client().get("/media/a.txt").text(), "text");
}

on_both!(
    static_files_are_kept_for_ever_under_names_that_change,
    static_files_are_sent_compressed_and_in_ranges,
    only_public_files_are_served,
    a_picture_that_is_missing_is_a_placeholder,
    a_link_in_the_media_folder_serves_nothing_from_outside,
    the_media_folder_itself_may_be_a_link
);
