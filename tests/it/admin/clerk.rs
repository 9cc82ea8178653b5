//! Pages that a clerk may open, depending on permissions.

use crate::shop::INSTALLED;
use crate::shop::catalog::models::Product;
use crate::shop::schema::catalog_product;
use nuages::admin::AdminSite;
use nuages::admin::options::{Action, ActionRequest, ActionResult};
use nuages::db::Conn;
use nuages::error::Result;
use nuages::models::Assignment;
use nuages::project::Project;

use crate::admin::shop;
use crate::support::{BOB, Client, Database, Kind, TestSite, product};

/// A shop with an action without declared permissions, one with an empty list, and one for viewers.
static ACTIONS: Project = Project::new("Shop", &INSTALLED, crate::shop::urls, |site: AdminSite| {
    site.register::<Product>(|it| {
        it.action("rename", "Rename", rename).actions([
            Action::new("rename_too", "Rename too", rename).permissions(&[]),
            Action::new("count", "Count", count).permissions(&["view"]),
        ])
    })
});

fn rename(conn: &mut Conn, request: &ActionRequest<'_>) -> Result<ActionResult> {
    request.update(
        conn,
        &[Assignment::new(
            catalog_product::name,
            format!("{} was here", request.action),
        )],
    )?;
    Ok("renamed".into())
}

#[expect(clippy::unnecessary_wraps, reason = "the type of an action's function")]
fn count(_: &mut Conn, request: &ActionRequest<'_>) -> Result<ActionResult> {
    Ok(format!("{} counted", request.count).into())
}

/// Returns the statuses of the list, the form, the add form, the delete confirmation and the
/// history.
fn answers(client: &Client) -> [u16; 5] {
    let pages = ["", "1/change/", "add/", "1/delete/", "1/history/"];
    pages.map(|page| client.get(&format!("/admin/catalog/product/{page}")).status)
}

fn each_permission_allows_its_pages(kind: Kind) {
    let site = shop(kind);
    product("Whistler").save(&mut site.connect());
    let bob = BOB.browser(&site);
    assert_eq!(answers(&bob), [403; 5]);
    BOB.may(&site, &["view_product"]);
    assert_eq!(answers(&bob), [200, 200, 403, 403, 200]);
    let page = bob.get("/admin/catalog/product/1/change/");
    assert!(
        page.words().contains("Whistler")
            && !page.shows(&["name=\"_save\""])
            && !page.shows(&["name=\"price\""])
    );
    BOB.may(&site, &["add_product"]);
    assert_eq!(answers(&bob), [200, 200, 200, 403, 200]);
    BOB.may(&site, &["delete_product"]);
    assert_eq!(answers(&bob), [200, 200, 200, 200, 200]);
}

fn a_post_needs_the_permission_too(kind: Kind) {
    let site = shop(kind);
    product("Whistler").save(&mut site.connect());
    let bob = BOB.browser(&site);
    BOB.may(&site, &["view_product"]);
    for (page, fields) in [
        ("1/change/", &[("name", "Mine"), ("_save", "")][..]),
        ("add/", &[("name", "Mine"), ("_save", "")]),
        ("1/delete/", &[("post", "yes")]),
    ] {
        assert_eq!(
            bob.post(&format!("/admin/catalog/product/{page}"), fields)
                .status,
            403,
            "{page}"
        );
    }
    let list = [
        ("action", "delete_selected"),
        ("_selected_action", "1"),
        ("post", "yes"),
    ];
    bob.post("/admin/catalog/product/", &list);
    assert!(
        bob.get("/admin/catalog/product/")
            .words()
            .contains("Whistler")
    );
}

fn an_action_needs_the_change_permission_unless_it_declares_another(kind: Kind) {
    let database = Database::migrated(kind);
    BOB.save(&mut database.connect());
    let site = TestSite::for_project(database, &[], &ACTIONS);
    product("Whistler").save(&mut site.connect());
    BOB.may(&site, &["view_product"]);
    let bob = BOB.browser(&site);
    let list = "/admin/catalog/product/";
    let run = |name: &str| {
        let chosen = [("action", name), ("_selected_action", "1"), ("index", "0")];
        bob.follow(&bob.post(list, &chosen)).words()
    };

    let page = bob.get(list);
    assert!(
        page.shows(&["value=\"count\""]),
        "an action that declares `view` is offered to viewers"
    );
    for hidden in ["rename", "rename_too", "delete_selected"] {
        let option = format!("value=\"{hidden}\"");
        assert!(
            !page.shows(&[&option]),
            "{hidden} must not be offered to a user who may only view"
        );
    }
    assert!(
        run("count").contains("1 counted"),
        "a viewer runs the action that declares `view`"
    );
    for hidden in ["rename", "rename_too"] {
        let words = run(hidden);
        assert!(
            words.contains("No action selected."),
            "{hidden} by a viewer: {words}"
        );
        assert!(
            words.contains("Whistler"),
            "{hidden} changed a row for a user who may only view: {words}"
        );
    }
    // Selecting all pages of the list does not bypass the permission.
    let all = [
        ("action", "rename"),
        ("_selected_action", "1"),
        ("select_across", "1"),
        ("index", "0"),
    ];
    let words = bob.follow(&bob.post(list, &all)).words();
    assert!(
        words.contains("Whistler"),
        "rename over the whole list by a viewer: {words}"
    );

    BOB.may(&site, &["change_product"]);
    for (name, expected) in [
        ("rename", "rename was here"),
        ("rename_too", "rename_too was here"),
    ] {
        let words = run(name);
        assert!(
            words.contains(expected),
            "{name} by a user who may change: {words}"
        );
    }
}

on_both!(
    each_permission_allows_its_pages,
    a_post_needs_the_permission_too,
    an_action_needs_the_change_permission_unless_it_declares_another
);
