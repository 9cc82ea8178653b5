//! The description of the model Product.

use super::{Category, Product, Tag, url_of};
use crate::shop::schema::{catalog_product as product, catalog_product_tags as link};
use nuages::db::Decimal;
use nuages::models::{Description, ManyToMany, Model, ModelKey, OnDelete, SearchIndex};

/// A product's tags.
pub(crate) const TAGS: ManyToMany<product::table> =
    ManyToMany::new::<Tag, _, _>("tags", link::product_id, link::tag_id);

impl ModelKey for Product {
    type Key = i64;
    type KeySql = diesel::sql_types::BigInt;
}

impl Model for Product {
    fn describe(it: Description<Self>) -> Description<Self> {
        use product::{
            category_id, created_at, description, id, image, is_active, name, price, sku, slug,
            stock, updated_at,
        };
        let it = with_indexes(it);
        it.ordering((name, id))
            .index_with((is_active, name, id), |index| {
                index.name("catalog_product_listing")
            })
            .absolute_url((slug,), |[text]| url_of(&text.to_string()))
            .field(name, |field| field.max_length(200))
            .field(slug, |field| field.slug(220).unique())
            .field(sku, |field| {
                field
                    .max_length(40)
                    .unique()
                    .verbose_name("SKU")
                    .help_text("Stock keeping unit")
            })
            .field(category_id, |field| {
                field
                    .to::<Category>(OnDelete::Protect)
                    .related_name("products")
            })
            .many_to_many(TAGS.related_name("products").blank())
            .field(description, |field| field.blank())
            .field(price, |field| field.decimal(10, 2).min(Decimal::new(1, 2)))
            .field(stock, |field| field.positive().default(|| 0.into()))
            .field(is_active, |field| {
                field.verbose_name("active").default(|| true.into())
            })
            .field(image, |field| field.image("products/").blank())
            .field(created_at, |field| field.auto_now_add())
            .field(updated_at, |field| field.auto_now())
    }
}

/// Adds the indexes for the shop's lists and searches. The migrations `nuages_shop.0002_indexes` and
/// `nuages_shop.0003_search` create them.
fn with_indexes(it: Description<Product>) -> Description<Product> {
    use product::{category_id, description, id, is_active, name, price, released_on, sku};
    it.index_with((name, id), |index| {
        index.name("nuages_product_name").unmanaged()
    })
    .index_with((released_on, name, id), |index| {
        index.name("nuages_product_released").unmanaged()
    })
    .index_with((is_active, price, id), |index| {
        index.name("nuages_product_price").unmanaged()
    })
    .index_with((category_id, id), |index| {
        index
            .name("nuages_product_picture")
            .condition("image <> ''")
            .unmanaged()
    })
    .index_with((category_id, is_active, name, id), |index| {
        index.name("nuages_product_category").unmanaged()
    })
    .search_index_with((name, sku, description), SearchIndex::unmanaged)
}
