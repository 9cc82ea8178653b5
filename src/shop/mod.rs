//! The demo shop. Like any site on Nuages, it uses only the public items of the library.

pub(crate) mod api;
pub(crate) mod catalog;
pub(crate) mod currency;
pub(crate) mod orders;
pub(crate) mod schema;
pub(crate) mod seed;

use askama::Template;
use nuages::admin::AdminSite;
use nuages::http::Urls;
use nuages::models::{AppConfig, content_types};
use nuages::pages::{Frame, NavigationLink, Page};
use nuages::project::{Demo, Project, SiteCommand};
use nuages::settings::Settings;
use nuages::{accounts, admin, auth, http, sessions};

nuages::static_files!(
    #[expect(unreachable_pub, reason = "the shop is a program and not a library")]
    "shop_static_files.rs"
);

/// The site.
pub(crate) static SHOP: Project = with_look(Project::new("Nuages", &INSTALLED, urls, register))
    .version(env!("CARGO_PKG_VERSION"))
    .demo(&DEMO)
    .receivers(&[orders::RECEIVERS])
    .commands(&[SiteCommand::new::<seed::Seed>()]);

/// Adds the navigation, the frame, the static files and the settings of the shop to a project.
pub(crate) const fn with_look(project: Project) -> Project {
    project
        .navigation(&NAVIGATION)
        .frame(|frame| {
            ShopFrame {
                frame,
                page: frame.page,
            }
            .render()
        })
        .static_files(assets::FILES)
        .settings(&orders::SETTINGS)
}

/// The link that error pages show beside the home page. The frame of the shop has its own header.
const NAVIGATION: [NavigationLink; 1] = [NavigationLink {
    label: "See all products",
    url: "/products/",
}];

/// The demo data. `catalog/fixtures/make_demo.py` generates the fixture.
static DEMO: Demo = Demo {
    title: "Setting up a demo shop",
    fixture: include_str!("catalog/fixtures/demo.json"),
    media_folder: "products",
    media: include!(concat!(env!("OUT_DIR"), "/demo_pictures.rs")),
};

/// The installed apps, in the order of Django's `INSTALLED_APPS` (which is also the order of
/// content types).
pub(crate) static INSTALLED: [AppConfig; 7] = [
    admin::APP,
    auth::APP,
    content_types::APP,
    sessions::APP,
    catalog::APP,
    orders::APP,
    orders::OWN,
];

/// The frame of the framework's pages in the shop's design.
#[derive(Template)]
#[template(path = "shop/frame.html")]
struct ShopFrame<'a> {
    frame: &'a Frame<'a>,
    page: &'a Page,
}

/// Returns every URL of the shop.
pub(crate) fn urls(settings: &Settings) -> Urls {
    let urls = Urls::default()
        .include(catalog::urls::urls())
        .include(orders::urls())
        .include(api::urls())
        .include(nuages::urls::batteries());
    if settings.slow_page {
        urls.include(http::diagnostics())
    } else {
        urls
    }
}

/// Registers each app's models in the admin.
pub(crate) fn register(site: AdminSite) -> AdminSite {
    orders::admin::register(catalog::admin::register(accounts::admin::register(site)))
}

#[cfg(test)]
mod tests {
    use super::INSTALLED;

    #[test]
    fn models_have_djangos_names_and_rows_are_displayed_by_the_same_columns() {
        let models = INSTALLED
            .iter()
            .flat_map(|app| app.models)
            .map(|model| model());
        let lines: Vec<String> = models
            .map(|model| {
                let called: Vec<_> = model.display.paths.iter().map(|path| path.column).collect();
                format!(
                    "{} {}: {}, {}",
                    model.object_label(),
                    model.table,
                    model.verbose_name,
                    called.join(" ")
                )
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
            "nuages_shop.SavedCart nuages_shop_cart: saved cart, user_id",
            "nuages_shop.OrderNumber nuages_shop_number: order number, id",
            "nuages_shop.Placement nuages_shop_placement: placement, order_key",
            "nuages_shop.StockMove nuages_shop_stockmove: stock move, reason",
            "nuages_shop.Event nuages_shop_event: event, who",
            "nuages_shop.PaymentEvent nuages_shop_paymentevent: payment event, event",
        ];
        assert_eq!(lines, expected);
    }
}
