//! Several sites in one process, logins, commands and the number of queries.

use nuages_test::{Kind, TestSite, on_both};

use crate::blog::BLOG;
use crate::echo::ECHO;
use crate::shop::SHOP;

/// The eight lines of `docs/testing.md`.
fn a_clerk_opens_the_list_of_products(kind: Kind) {
    let site = TestSite::on(kind, &SHOP);
    let client = site.client();
    client.force_login(&site.staff("ann", &["catalog.view_product"]));
    client
        .get("/admin/catalog/product/")
        .assert_status(200)
        .assert_contains("0 products");
}

fn sites_of_several_projects_run_at_the_same_time(kind: Kind) {
    let (shop, blog, other) = (
        TestSite::on(kind, &SHOP),
        TestSite::on(kind, &BLOG),
        TestSite::on(kind, &BLOG),
    );
    let ann = blog.superuser("ann");
    assert_eq!(
        shop.superuser("bob").id,
        1,
        "each site has its own database"
    );

    // Both projects have models that refer to users. Each site deletes only rows of its own tables.
    for (site, user) in [(&blog, &ann), (&other, &other.superuser("eve"))] {
        let client = site.client();
        client.force_login(user);
        client.get("/admin/blog/post/").assert_status(200);
        client.get("/admin/catalog/product/").assert_status(404);
        let target = site.user("target");
        let page = client.get(&format!("/admin/auth/user/{}/delete/", target.id));
        page.form("[name=post]")
            .submit()
            .assert_redirects("/admin/auth/user/");
    }
    let client = shop.client();
    client.force_login(&shop.superuser("carol"));
    client.get("/admin/catalog/product/").assert_status(200);
    client.get("/admin/blog/post/").assert_status(404);
}

fn a_password_is_checked_and_a_logout_forgets(kind: Kind) {
    let site = TestSite::on(kind, &ECHO);
    site.user_with_password("ann", "lamps-9-lights");
    let client = site.client();
    assert!(!client.login("ann", "wrong") && !client.login("nobody", "lamps-9-lights"));
    assert!(client.login("ann", "lamps-9-lights"));
    client.get("/accounts/profile/").assert_status(200);
    client.logout();
    client
        .get("/accounts/profile/")
        .assert_redirects("/accounts/login/?next=/accounts/profile/");
}

fn commands_run_with_their_output(kind: Kind) {
    let site = TestSite::on(kind, &ECHO);
    let text = site.command(["migrate"]).success();
    assert!(text.contains("No migrations to apply."), "{text}");
    let text = site.command(["routes"]).success();
    assert!(text.contains("/form/"), "{text}");
    let error = site.command(["changepassword", "nobody"]).failure();
    assert!(error.contains("nobody"), "{error}");
    let error = site.command(["frobnicate"]).failure();
    assert!(error.contains("frobnicate"), "{error}");
    site.superuser("ann");
    let text = site.command(["dumpdata", "auth.user"]).success();
    assert!(text.contains("\"ann\""), "{text}");
}

fn queries_are_counted_for_each_site(kind: Kind) {
    let (site, other) = (TestSite::on(kind, &ECHO), TestSite::on(kind, &ECHO));
    let client = site.client();
    site.assert_queries(0, || {
        other.superuser("ann");
        client.get("/search/?q=1")
    });
    client.force_login(&site.user("ann"));
    let (_, statements) =
        site.queries(|| client.get("/accounts/profile/").assert_status(200).status());
    assert!(
        statements.iter().any(|sql| sql.contains("auth_user")),
        "{statements:#?}"
    );
}

on_both!(
    a_clerk_opens_the_list_of_products,
    sites_of_several_projects_run_at_the_same_time,
    a_password_is_checked_and_a_logout_forgets,
    commands_run_with_their_output,
    queries_are_counted_for_each_site,
);
