//! The installed apps.

pub mod accounts;
pub mod catalog;
pub mod orders;

use crate::admin::AdminSite;
use crate::models::{AppConfig, content_types};
use crate::{admin, auth, sessions};

/// The installed apps, in the order of Django's `INSTALLED_APPS` (content types are numbered in it).
pub static INSTALLED: [AppConfig; 6] =
    [admin::APP, auth::APP, content_types::APP, sessions::APP, catalog::APP, orders::APP];

/// Shows each app's models in the admin.
pub fn register(site: AdminSite) -> AdminSite {
    orders::admin::register(catalog::admin::register(accounts::admin::register(site)))
}

#[cfg(test)]
mod tests {
    use super::INSTALLED;

    #[test]
    fn models_have_djangos_names_and_rows_are_called_by_the_same_columns() {
        let models = INSTALLED.iter().flat_map(|app| app.models).map(|model| model());
        let said: Vec<String> = models
            .map(|model| {
                let called: Vec<_> = model.display.paths.iter().map(|path| path.column).collect();
                format!("{} {}: {}, {}", model.object_label(), model.table, model.verbose_name, called.join(" "))
            })
            .collect();
        let expected = [
            "admin.LogEntry django_admin_log: log entry, object_repr",
            "auth.Permission auth_permission: permission, app_label model name",
            "auth.Group auth_group: group, name",
            "auth.User auth_user: user, username",
            "contenttypes.ContentType django_content_type: content type, app_label model",
            "sessions.Session django_session: session, session_key",
            "catalog.Tag catalog_tag: tag, name",
            "catalog.Category catalog_category: category, name",
            "catalog.Product catalog_product: product, name",
            "orders.Order orders_order: order, number",
            "orders.OrderItem orders_orderitem: order item, quantity name",
        ];
        assert_eq!(said, expected);
    }
}
