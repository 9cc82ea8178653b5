//! Access to pages for staff, or for users with a permission.

use actix_web::HttpRequest;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use nuages::auth::permissions::Permissions;
use nuages::auth::{CurrentUser, visitor};
use nuages::db::Conn;
use nuages::error::Result;
use nuages::http::{Access, Urls, get, path};
use nuages::schema::{
    auth_group_permissions, auth_permission, auth_user, auth_user_groups,
    auth_user_user_permissions,
};
use nuages::settings::Settings;

use crate::support::{ALICE, CHARLIE, Client, DANA, Database, Kind, TestSite};

const CHANGE: &str = "catalog.change_product";

async fn page(_user: CurrentUser) -> &'static str {
    "come in"
}

/// Returns the visitor's permissions, loaded twice.
async fn may(request: HttpRequest, permissions: Permissions) -> Result<String> {
    let again = visitor::permissions(&request).await?;
    assert_eq!(*again, permissions);
    let mut names: Vec<&str> = permissions.granted().collect();
    names.sort_unstable();
    let answers = [
        permissions.is_superuser(),
        again.has_perm(CHANGE),
        again.has_module_perms("catalog"),
    ];
    Ok(format!("{} {answers:?}", names.join(" ")))
}

fn urls(settings: &Settings) -> Urls {
    let own = [
        path("/staff/", "staff", Access::Staff, get(page)),
        path("/change/", "change", Access::Permission(CHANGE), get(page)),
        path("/may/", "may", Access::Public, get(may)),
    ];
    Urls::new(own).include(crate::shop::urls(settings))
}

fn site(kind: Kind) -> TestSite {
    let database = Database::migrated(kind);
    for persona in [&ALICE, &CHARLIE, &DANA] {
        persona.save(&mut database.connect());
    }
    TestSite::with(database, &[], urls)
}

/// Returns the id of the permission with this codename, which only one app has.
fn permission(conn: &mut Conn, codename: &str) -> i32 {
    let named = auth_permission::table.filter(auth_permission::codename.eq(codename));
    named.select(auth_permission::id).first(conn).unwrap()
}

/// Grants Charlie `view_order` directly, and `change_product` and `view_order` through a group.
fn promote(site: &TestSite) {
    let (charlie, conn) = (CHARLIE.row(site).id, &mut site.connect());
    let (view, change) = (
        permission(conn, "view_order"),
        permission(conn, "change_product"),
    );
    conn.batch_execute("INSERT INTO auth_group (id, name) VALUES (7, 'editors'), (8, 'others')")
        .unwrap();
    let own = (
        auth_user_user_permissions::user_id.eq(charlie),
        auth_user_user_permissions::permission_id.eq(view),
    );
    diesel::insert_into(auth_user_user_permissions::table)
        .values(own)
        .execute(conn)
        .unwrap();
    let member = (
        auth_user_groups::user_id.eq(charlie),
        auth_user_groups::group_id.eq(7),
    );
    diesel::insert_into(auth_user_groups::table)
        .values(member)
        .execute(conn)
        .unwrap();
    let delete = permission(conn, "delete_product");
    for (group, permission) in [(7, change), (7, view), (8, delete)] {
        let row = (
            auth_group_permissions::group_id.eq(group),
            auth_group_permissions::permission_id.eq(permission),
        );
        diesel::insert_into(auth_group_permissions::table)
            .values(row)
            .execute(conn)
            .unwrap();
    }
}

fn text(client: &Client, path: &str) -> String {
    client.get(path).text()
}

fn a_user_has_own_and_group_permissions_and_a_superuser_all(kind: Kind) {
    let site = site(kind);
    assert_eq!(text(&site.client(), "/may/"), " [false, false, false]");
    assert_eq!(
        text(&CHARLIE.browser(&site), "/may/"),
        " [false, false, false]"
    );
    assert_eq!(text(&ALICE.browser(&site), "/may/"), " [true, true, true]");
    promote(&site);
    let given = "catalog.change_product orders.view_order [false, true, true]";
    assert_eq!(text(&CHARLIE.browser(&site), "/may/"), given);
    assert_eq!(text(&site.client(), "/may/"), " [false, false, false]");
    let inactive = nuages::auth::User {
        is_active: false,
        ..ALICE.row(&site)
    };
    let none = Permissions::load(&mut site.connect(), &inactive).unwrap();
    assert!(none.granted().next().is_none() && !none.is_superuser());
    assert!(!none.has_perm(CHANGE) && !none.has_module_perms("catalog"));
    let some = Permissions::load(&mut site.connect(), &CHARLIE.row(&site)).unwrap();
    assert!(
        !some.has_module_perms("cat")
            && !some.has_module_perms("")
            && !some.has_perm("catalog.delete_product")
    );
}

fn a_missing_permission_redirects_to_the_login_page_or_is_refused(kind: Kind) {
    let site = site(kind);
    let charlie = CHARLIE.browser(&site);
    assert_eq!(
        site.client().get("/change/?a=1").header("location"),
        "/accounts/login/?next=/change/%3Fa%3D1"
    );
    assert_eq!(charlie.get("/change/").status, 403);
    assert_eq!(text(&ALICE.browser(&site), "/change/"), "come in");
    promote(&site);
    // Nothing is cached from one request to the next.
    assert_eq!(text(&charlie, "/change/"), "come in");
}

fn only_staff_can_open_staff_pages(kind: Kind) {
    let site = site(kind);
    let charlie = CHARLIE.browser(&site);
    for client in [&site.client(), &charlie] {
        assert_eq!(
            client.get("/staff/").header("location"),
            "/admin/login/?next=/staff/"
        );
    }
    let row = auth_user::table.find(CHARLIE.row(&site).id);
    diesel::update(row)
        .set(auth_user::is_staff.eq(true))
        .execute(&mut site.connect())
        .unwrap();
    assert_eq!(text(&charlie, "/staff/"), "come in");
    diesel::update(row)
        .set(auth_user::is_active.eq(false))
        .execute(&mut site.connect())
        .unwrap();
    assert_eq!(charlie.get("/staff/").status, 302);
}

fn permissions_are_queried_only_if_they_are_used(kind: Kind) {
    let site = site(kind);
    let charlie = CHARLIE.browser(&site);
    // Without the table a query would fail.
    site.connect()
        .batch_execute("ALTER TABLE auth_permission RENAME TO away")
        .unwrap();
    assert_eq!(charlie.get("/accounts/profile/").status, 200);
    assert_eq!(text(&ALICE.browser(&site), "/change/"), "come in");
    assert_eq!(charlie.get("/change/").status, 500);
}

on_both!(
    a_user_has_own_and_group_permissions_and_a_superuser_all,
    a_missing_permission_redirects_to_the_login_page_or_is_refused,
    only_staff_can_open_staff_pages,
    permissions_are_queried_only_if_they_are_used
);
