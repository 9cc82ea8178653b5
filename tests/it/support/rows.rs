//! Creates rows for tests: a test gives the values that matter, the others have defaults.

use crate::shop::catalog::models::{Category, Product, Tag};
use crate::shop::schema::{catalog_category, catalog_product, catalog_product_tags, catalog_tag};
use diesel::prelude::*;
use nuages::db::{Conn, Timestamp};

/// A product to be inserted.
pub(crate) struct NewProduct {
    row: Product,
    category: String,
    tags: Vec<String>,
}

/// Creates a published product with this name, at 10.00 in the category "Goods".
pub(crate) fn product(name: &str) -> NewProduct {
    let slug: String = name
        .to_lowercase()
        .replace(|c: char| !c.is_ascii_alphanumeric(), "-");
    NewProduct {
        row: Product {
            id: 0,
            name: name.to_owned(),
            sku: slug.clone(),
            slug,
            description: String::new(),
            price: "10.00".parse().unwrap(),
            stock: 3,
            is_active: true,
            image: String::new(),
            released_on: None,
            created_at: Timestamp::now(),
            updated_at: Timestamp::now(),
            category_id: 0,
        },
        category: "Goods".to_owned(),
        tags: Vec::new(),
    }
}

impl NewProduct {
    pub(crate) fn price(mut self, price: &str) -> Self {
        self.row.price = price.parse().unwrap();
        self
    }

    pub(crate) fn description(mut self, text: &str) -> Self {
        self.row.description = text.into();
        self
    }

    pub(crate) fn image(mut self, path: &str) -> Self {
        self.row.image = path.into();
        self
    }

    pub(crate) fn stock(mut self, stock: i32) -> Self {
        self.row.stock = stock;
        self
    }

    pub(crate) fn draft(mut self) -> Self {
        self.row.is_active = false;
        self
    }

    pub(crate) fn category(mut self, name: &str) -> Self {
        self.category = name.into();
        self
    }

    pub(crate) fn tag(mut self, name: &str) -> Self {
        self.tags.push(name.to_owned());
        self
    }

    /// Inserts the product, and its category and tags if they do not exist.
    pub(crate) fn save(mut self, conn: &mut Conn) -> Product {
        self.row.category_id = category_id(conn, &self.category);
        let next: Option<i64> = catalog_product::table
            .select(diesel::dsl::max(catalog_product::id))
            .first(conn)
            .unwrap();
        self.row.id = next.unwrap_or(0) + 1;
        diesel::insert_into(catalog_product::table)
            .values(self.row.clone())
            .execute(conn)
            .unwrap();
        for name in &self.tags {
            let tag = tag_id(conn, name);
            let values = (
                catalog_product_tags::product_id.eq(self.row.id),
                catalog_product_tags::tag_id.eq(tag),
            );
            diesel::insert_into(catalog_product_tags::table)
                .values(values)
                .execute(conn)
                .unwrap();
        }
        self.row
    }
}

/// Returns a PNG file that declares this size; its pixels are random.
pub(crate) fn picture(width: u32, height: u32) -> Vec<u8> {
    let chunk = |kind: &[u8; 4], data: &[u8]| {
        let mut sum = flate2::Crc::new();
        sum.update(kind);
        sum.update(data);
        [
            &u32::try_from(data.len()).unwrap().to_be_bytes(),
            &kind[..],
            data,
            &sum.sum().to_be_bytes(),
        ]
        .concat()
    };
    let size = [
        &width.to_be_bytes()[..],
        &height.to_be_bytes(),
        &[8, 2, 0, 0, 0],
    ]
    .concat();
    let signature = b"\x89PNG\r\n\x1a\n".to_vec();
    [
        signature,
        chunk(b"IHDR", &size),
        chunk(b"IDAT", b"x"),
        chunk(b"IEND", b""),
    ]
    .concat()
}

/// Returns the id of the category with this name, and creates it if it does not exist.
pub(crate) fn category_id(conn: &mut Conn, name: &str) -> i64 {
    let slug = name.to_lowercase().replace(' ', "-");
    if let Some(category) = Category::find_by_slug(conn, &slug).unwrap() {
        return category.id;
    }
    let next: Option<i64> = catalog_category::table
        .select(diesel::dsl::max(catalog_category::id))
        .first(conn)
        .unwrap();
    let id = next.unwrap_or(0) + 1;
    let row = Category {
        id,
        name: name.to_owned(),
        slug,
        description: format!("All about {name}."),
        parent_id: None,
    };
    diesel::insert_into(catalog_category::table)
        .values(row)
        .execute(conn)
        .unwrap();
    id
}

fn tag_id(conn: &mut Conn, name: &str) -> i64 {
    let slug = name.to_lowercase().replace(' ', "-");
    if let Some(tag) = Tag::find_by_slug(conn, &slug).unwrap() {
        return tag.id;
    }
    let next: Option<i64> = catalog_tag::table
        .select(diesel::dsl::max(catalog_tag::id))
        .first(conn)
        .unwrap();
    let id = next.unwrap_or(0) + 1;
    diesel::insert_into(catalog_tag::table)
        .values(Tag {
            id,
            name: name.to_owned(),
            slug,
        })
        .execute(conn)
        .unwrap();
    id
}
