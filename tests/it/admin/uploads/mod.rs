//! Files in forms.

mod storing;
mod kept;

use std::path::PathBuf;

use crate::support::{Client, Reply, TestSite};

/// Photos with a place, a device, a comment and an orientation; see `photos/make.py`.
const PHOTOS: [(&str, &[u8]); 5] = [
    ("photo.jpg", include_bytes!("../../photos/photo.jpg")),
    ("photo.png", include_bytes!("../../photos/photo.png")),
    ("photo.webp", include_bytes!("../../photos/photo.webp")),
    ("photo.avif", include_bytes!("../../photos/photo.avif")),
    ("photo.gif", include_bytes!("../../photos/photo.gif")),
];

const CHANGE: &str = "/admin/catalog/product/1/change/";
const ADD: &str = "/admin/catalog/product/add/";

fn media(site: &TestSite) -> Vec<String> {
    let folder: PathBuf = site.database.dir.path().join("media/products");
    let files = std::fs::read_dir(folder).into_iter().flatten();
    files
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect()
}

fn send(client: &Client, name: &str, content: &[u8], fields: &[(&str, &str)]) -> Reply {
    let form = client
        .form(CHANGE, "name")
        .attach("image", name, "image/png", content);
    client.submit(
        &fields
            .iter()
            .fold(form, |form, (name, value)| form.set(name, value)),
        "_save",
    )
}

fn image(site: &TestSite) -> String {
    use crate::shop::schema::catalog_product::dsl::{catalog_product, image};
    use diesel::prelude::*;
    catalog_product
        .find(1)
        .select(image)
        .first(&mut site.connect())
        .unwrap()
}
