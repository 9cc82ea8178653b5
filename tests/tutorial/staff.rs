//! Staff in the blog's admin.

use crate::blog_site;
use crate::support::{ALICE, BOB, Client, Kind};

const POSTS: &str = "/admin/blog/post/";

/// Adds an author, and a post of hers with two comments.
fn write(alice: &Client) {
    let author = alice
        .form("/admin/blog/author/add/", "name")
        .set("name", "Ada")
        .set("email", "ada@example.com");
    assert_eq!(
        alice.submit(&author, "_save").header("location"),
        "/admin/blog/author/"
    );
    let post = alice
        .form("/admin/blog/post/add/", "title")
        .set("title", "On clouds")
        .set("slug", "on-clouds");
    let post = post
        .set("author", "1")
        .set("status", "live")
        .set("published_on", "2026-11-20")
        .set("body", "They pass.");
    let reply = alice.submit(
        &post
            .set("comment_set-0-name", "Charles")
            .set("comment_set-0-text", "So true"),
        "_save",
    );
    assert_eq!(
        (reply.status, reply.header("location")),
        (302, POSTS),
        "{}",
        reply.words()
    );
}

fn staff_write_find_change_and_delete_posts(kind: Kind) {
    let site = blog_site(kind);
    let alice = ALICE.browser(&site);
    let start = alice.get("/admin/");
    assert!(start.shows(&["Blog", "Authors", "Posts", "The editors’ desk"]));
    let apps: Vec<_> = start
        .links()
        .into_iter()
        .filter(|link| ["/admin/blog/", "/admin/auth/"].contains(&link.as_str()))
        .collect();
    assert_eq!(
        apps[..2],
        ["/admin/blog/", "/admin/auth/"],
        "in the menu: {apps:?}"
    );
    write(&alice);
    assert!(
        alice
            .get("/admin/blog/")
            .links()
            .contains(&"/admin/blog/numbers/".to_owned())
    );
    let numbers = alice.get("/admin/blog/numbers/");
    assert!(
        numbers.shows(&[
            "<p>1 posts, 1 comments</p>",
            "<h1 dir=\"auto\">Numbers</h1>",
            "aria-current=\"page\""
        ]),
        "{}",
        numbers.text()
    );
    assert_eq!(site.client().get("/admin/blog/numbers/").status, 302);

    let list = alice
        .get("/admin/blog/post/?q=clouds&status__exact=live")
        .words();
    assert!(
        ["On clouds", "Ada", "Live", "Nov. 20, 2026", "1 post"]
            .iter()
            .all(|text| list.contains(text)),
        "{list}"
    );
    assert!(
        !alice
            .get("/admin/blog/post/?status__exact=draft")
            .shows(&["On clouds"])
    );

    let form = alice.form("/admin/blog/post/1/change/", "title");
    assert_eq!(
        (form.value("author"), form.value("comment_set-0-name")),
        ("1".into(), "Charles".into())
    );
    assert_eq!(form.value("comment_set-TOTAL_FORMS"), "2");
    let form = form
        .set("title", "On rain")
        .set("comment_set-1-name", "Bob")
        .set("comment_set-1-text", "Wet");
    assert_eq!(alice.submit(&form, "_save").status, 302);
    let form = alice.form("/admin/blog/post/1/change/", "title");
    assert_eq!(form.value("title"), "On rain");
    assert_eq!(
        (
            form.value("comment_set-0-name"),
            form.value("comment_set-1-name")
        ),
        ("Charles".into(), "Bob".into())
    );

    let taken = alice
        .form("/admin/blog/post/add/", "title")
        .set("title", "x")
        .set("slug", "on-clouds");
    let reply = alice.submit(
        &taken
            .set("author", "1")
            .set("status", "draft")
            .set("body", "x"),
        "_save",
    );
    assert_eq!(reply.status, 200);
    assert_eq!(
        reply.errors("slug").trim(),
        "Post with this Slug already exists."
    );

    let refused = alice.get("/admin/blog/author/1/delete/");
    assert!(
        refused.words().contains("On rain"),
        "the author's post forbids it: {}",
        refused.words()
    );
    let question = alice.form("/admin/blog/post/1/delete/", "post");
    assert_eq!(alice.submit(&question, "").header("location"), POSTS);
    assert_eq!(alice.get("/admin/blog/post/1/change/").status, 302);
    assert!(
        alice.get("/admin/").words().contains("On rain"),
        "its history stays"
    );
}

fn a_clerk_sees_what_permissions_say(kind: Kind) {
    let site = blog_site(kind);
    write(&ALICE.browser(&site));
    let bob = BOB.browser(&site);
    assert_eq!(bob.get(POSTS).status, 403);
    BOB.may(&site, &["view_post"]);
    assert!(bob.get(POSTS).shows(&["On clouds"]));
    assert!(
        !bob.get("/admin/blog/post/1/change/")
            .shows(&["name=\"_save\""])
    );
    assert_eq!(bob.get("/admin/blog/post/add/").status, 403);
}

on_both!(
    staff_write_find_change_and_delete_posts,
    a_clerk_sees_what_permissions_say
);
