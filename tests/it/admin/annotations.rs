//! Columns of a list that are computed from the rows that refer to a row: Django's `annotate`.

use diesel::prelude::*;
use nuages::admin::AdminSite;
use nuages::admin::options::{Cell, annotate, computed};
use nuages::db::{Decimal, Timestamp};
use nuages::models::{Condition, avg, count, count_links, max, min, sum};
use nuages::project::Project;

use crate::shop::INSTALLED;
use crate::shop::catalog::models::{Product, TAGS};
use crate::shop::orders::models::Order;
use crate::shop::orders::models::{orders_order, orders_orderitem as item};
use crate::shop::schema::catalog_product as product_table;
use crate::support::{ALICE, Database, Kind, TestSite, product};

const PRODUCTS: &str = "/admin/catalog/product/";

static PROJECT: Project = Project::new("Shop", &INSTALLED, crate::shop::urls, register);

fn register(site: AdminSite) -> AdminSite {
    site.register::<Product>(|it| {
        it.list_display((
            product_table::name,
            annotate("lines", count(item::product_id)),
            annotate(
                "large",
                count(item::product_id).filter(Condition::new(item::quantity, 5)),
            ),
            annotate("sold", sum(item::product_id, item::quantity)),
            annotate("most", max(item::product_id, item::quantity)),
            annotate("least", min(item::product_id, item::quantity)),
            annotate("mean", avg(item::product_id, item::quantity)),
            annotate("tags", count_links(TAGS)),
            computed(
                "summary",
                (product_table::name, count(item::product_id)),
                |[name, lines]| Cell::Text(format!("{name} in {lines} lines")),
            )
            .ordering(product_table::name),
        ))
        .ordering((product_table::name,))
    })
    .register::<Order>(|it| {
        it.list_display((orders_order::number,))
            .ordering((orders_order::number,))
    })
}

on_both!(
    a_list_shows_aggregates_with_no_further_query,
    a_list_can_be_sorted_by_an_aggregate,
    check_accepts_aggregates,
);

/// Creates "Chair" in one order line of 5, "Lamp" in lines of 2 and 5, and "Mug" in none.
fn site(kind: Kind) -> TestSite {
    let database = Database::migrated(kind);
    let conn = &mut database.connect();
    ALICE.save(conn);
    let chair = product("Chair").save(conn).id;
    let lamp = product("Lamp").tag("red").tag("blue").save(conn).id;
    product("Mug").tag("red").save(conn);
    diesel::insert_into(orders_order::table)
        .values((
            orders_order::number.eq("A1"),
            orders_order::email.eq("a@example.com"),
            orders_order::status.eq("paid"),
            orders_order::note.eq(""),
            orders_order::total.eq(Decimal::new(0, 2)),
            orders_order::created_at.eq(Timestamp::now()),
        ))
        .execute(conn)
        .unwrap();
    for (product, quantity) in [(chair, 5), (lamp, 2), (lamp, 5)] {
        diesel::insert_into(item::table)
            .values((
                item::order_id.eq(1),
                item::product_id.eq(product),
                item::quantity.eq(quantity),
                item::unit_price.eq(Decimal::new(100, 2)),
            ))
            .execute(conn)
            .unwrap();
    }
    TestSite::for_project(database, &[("DEBUG", "1")], &PROJECT)
}

/// Returns the texts of the table's cells, row by row, without the boxes.
fn cells(page: &str) -> Vec<Vec<String>> {
    let body = page.split("<tbody").nth(1).unwrap();
    let rows = body.split("</tbody>").next().unwrap().split("<tr").skip(1);
    rows.map(|row| {
        let cells = row.split("<td").flat_map(|part| part.split("<th")).skip(2);
        cells
            .map(|cell| text_of(cell.split_once('>').unwrap().1))
            .collect()
    })
    .collect()
}

/// Returns `html` without its tags.
fn text_of(html: &str) -> String {
    let parts = html.split('<');
    let texts = parts.map(|part| part.split_once('>').map_or(part, |(_, text)| text));
    texts.collect::<String>().trim().to_owned()
}

fn a_list_shows_aggregates_with_no_further_query(kind: Kind) {
    let site = site(kind);
    let alice = ALICE.browser(&site);
    // The first list of a model asks whether its table is large.
    alice.get(PRODUCTS);
    alice.get("/admin/orders/order/");
    let page = alice.get(PRODUCTS);
    assert_eq!(page.status, 200, "{}", page.words());

    let rows = cells(&page.text());
    let expected = [
        [
            "Chair",
            "1",
            "1",
            "5",
            "5",
            "5",
            "5.0",
            "0",
            "Chair in 1 lines",
        ],
        [
            "Lamp",
            "2",
            "1",
            "7",
            "5",
            "2",
            "3.5",
            "2",
            "Lamp in 2 lines",
        ],
        ["Mug", "0", "0", "-", "-", "-", "-", "1", "Mug in 0 lines"],
    ];
    assert_eq!(rows, expected);
    let orders = alice.get("/admin/orders/order/");
    assert_eq!(
        page.queries(),
        orders.queries(),
        "as many as a list without aggregates"
    );
}

fn a_list_can_be_sorted_by_an_aggregate(kind: Kind) {
    let site = site(kind);
    let alice = ALICE.browser(&site);
    let names = |order: &str| -> Vec<String> {
        let page = alice.get(&format!("{PRODUCTS}?o={order}")).text();
        cells(&page).into_iter().map(|row| row[0].clone()).collect()
    };
    assert_eq!(names("2"), ["Mug", "Chair", "Lamp"], "number of lines");
    assert_eq!(names("-2"), ["Lamp", "Chair", "Mug"]);
    assert_eq!(
        names("-4"),
        ["Lamp", "Chair", "Mug"],
        "rows without a sum come last"
    );
    assert_eq!(names("4"), ["Chair", "Lamp", "Mug"]);
    assert_eq!(names("-8"), ["Lamp", "Mug", "Chair"], "number of tags");
}

fn check_accepts_aggregates(kind: Kind) {
    let _site = site(kind);
    let found = PROJECT.admin_site().check();
    assert!(found.is_empty(), "{found:?}");
}
