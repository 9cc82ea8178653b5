//! What products say about themselves.

use super::{Category, Product, Tag, url_of};
use crate::db::Decimal;
use crate::models::{Description, ManyToMany, Model, OnDelete};
use crate::schema::{catalog_product, catalog_product_tags};

impl Model for Product {
    type Table = catalog_product::table;

    fn describe() -> Description<catalog_product::table> {
        use catalog_product as product;
        Description::new("catalog", "Product", product::table)
            .display(product::name)
            .ordering((product::name, product::id))
            .index((product::is_active, product::name, product::id))
            .absolute_url((product::slug,), |values| values.iter().map(|slug| url_of(&slug.to_string())).collect())
            .field(product::name, |field| field.max_length(200))
            .field(product::slug, |field| field.slug(220).unique())
            .field(product::sku, |field| {
                field.max_length(40).unique().verbose_name("SKU").help_text("Stock keeping unit")
            })
            .field(product::category_id, |field| field.to::<Category>(OnDelete::Protect).related_name("products"))
            .many_to_many(Product::tags())
            .field(product::description, |field| field.blank())
            .field(product::price, |field| field.decimal(10, 2).min(Decimal::new(1, 2)))
            .field(product::stock, |field| field.positive().default(|| 0.into()))
            .field(product::is_active, |field| field.verbose_name("active").default(|| true.into()))
            .field(product::image, |field| field.image("products/").blank())
            .field(product::released_on, |field| field.blank())
            .field(product::created_at, |field| field.auto_now_add())
            .field(product::updated_at, |field| field.auto_now())
    }
}

impl Product {
    /// A product's tags.
    pub fn tags() -> ManyToMany<catalog_product::table> {
        use catalog_product_tags::{product_id, tag_id};
        ManyToMany::new::<_, _, Tag>("tags", product_id, tag_id).related_name("products").blank()
    }
}
