//! The admin of the catalog.

use super::models::{Category, Product, TAGS, Tag};
use crate::shop::schema::{
    catalog_category as category, catalog_product as product, catalog_tag as tag,
};
use nuages::admin::options::{Action, ActionRequest, ActionResult, Fieldset};
use nuages::admin::{AdminSite, ModelAdmin};
use nuages::db::Conn;
use nuages::error::Result;
use nuages::models::Assignment;

/// Registers categories, tags and products.
pub(crate) fn register(site: AdminSite) -> AdminSite {
    site.register(categories).register(tags).register(products)
}

fn categories(it: ModelAdmin<Category>) -> ModelAdmin<Category> {
    it.icon("folder")
        .list_display((category::name, category::slug, category::parent_id))
        .search_fields((category::name,))
        .prepopulated_fields(category::slug, (category::name,))
}

fn tags(it: ModelAdmin<Tag>) -> ModelAdmin<Tag> {
    it.icon("tag")
        .list_display((tag::name, tag::slug))
        .search_fields((tag::name,))
        .prepopulated_fields(tag::slug, (tag::name,))
}

fn products(it: ModelAdmin<Product>) -> ModelAdmin<Product> {
    use product::{
        category_id, created_at, description, image, is_active, name, price, released_on, sku,
        slug, stock, updated_at,
    };
    it.icon("box")
        .list_display((name, sku, category_id, price, stock, is_active, released_on))
        .list_editable((price, stock))
        .list_filter((is_active, category_id, released_on))
        .search_fields((name, sku, description))
        .date_hierarchy(released_on)
        .prepopulated_fields(slug, (name,))
        .autocomplete_fields((category_id,))
        .filter_horizontal((TAGS,))
        .readonly_fields((created_at, updated_at))
        .save_as()
        .actions([
            Action::new(
                "make_active",
                "Mark selected products as active",
                |conn, request| mark(conn, request, true),
            )
            .on_form("Mark as active"),
            Action::new(
                "make_inactive",
                "Mark selected products as inactive",
                |conn, request| mark(conn, request, false),
            )
            .on_form("Mark as inactive"),
        ])
        .fieldset("", (name, slug, sku, category_id, TAGS, description, image))
        .fieldset("Sales", (price, stock, is_active, released_on))
        .fieldset_with("Dates", (created_at, updated_at), Fieldset::collapse)
}

fn mark(conn: &mut Conn, request: &ActionRequest<'_>, active: bool) -> Result<ActionResult> {
    let changed = request.update(conn, &[Assignment::new(product::is_active, active)])?;
    let state = if active { "active" } else { "inactive" };

    // The text of the reference shop in Django, which does not use the singular either.
    Ok(format!("{changed} products marked as {state}.").into())
}
