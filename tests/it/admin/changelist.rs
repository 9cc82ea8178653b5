//! `/admin/catalog/product/?…`: the query string of a list.

use nuages::messages::{Level, Message, encode_cookie};
use nuages::settings::SecretKey;

use crate::admin::shop;
use crate::support::{ALICE, Client, Kind, SECRET_KEY, TestSite, product};

const PRODUCTS: &str = "/admin/catalog/product/";

/// Creates three products; the first and the last have a tag.
fn stock(site: &TestSite) -> Client {
    let conn = &mut site.connect();
    product("Ash").price("1.00").tag("hard").save(conn);
    product("Birch").price("2.00").save(conn);
    product("Cedar")
        .price("3.00")
        .tag("hard")
        .tag("red")
        .save(conn);
    ALICE.browser(site)
}

/// Returns the `names` that a list shows, or the status if it shows no list.
fn shown(client: &Client, url: &str, names: &[&str]) -> String {
    let reply = client.get(url);
    if reply.status != 200 {
        return format!("{} {}", reply.status, reply.header("Location"));
    }
    let words = reply.words();
    names
        .iter()
        .copied()
        .filter(|name| words.contains(name))
        .collect::<Vec<_>>()
        .join(" ")
}

fn a_search_may_have_more_words_than_a_tree_is_deep(kind: Kind) {
    let site = shop(kind);
    let alice = stock(&site);
    let different: Vec<String> = (0..1500).map(|word| format!("w{word}")).collect();
    let all = ["Ash", "Birch", "Cedar"];
    assert_eq!(
        shown(
            &alice,
            &format!("{PRODUCTS}?q={}", different.join("+")),
            &all
        ),
        ""
    );
    assert_eq!(
        shown(
            &alice,
            &format!("{PRODUCTS}?q={}", vec!["ir"; 1500].join("+")),
            &all
        ),
        "Birch"
    );
    let long = format!("{}h{}", "%20".repeat(80), "%20".repeat(80));
    assert_eq!(
        shown(
            &alice,
            &format!("{PRODUCTS}?q={long}+%22{}%22", "x".repeat(100)),
            &all
        ),
        ""
    );
    let rows = |page: &str| {
        let url =
            "/admin/autocomplete/?app_label=catalog&model_name=product&field_name=category&page=";
        alice.get(&format!("{url}{page}")).status
    };
    assert_eq!((rows(""), rows("1"), rows("x")), (200, 200, 404));
}

fn a_filter_counts_any_date(kind: Kind) {
    let site = shop(kind);
    let alice = stock(&site);
    let words = alice
        .get(&format!(
            "{PRODUCTS}?_facets=True&released_on__isnull=False"
        ))
        .words();
    assert!(words.contains("Any date ( 3 )"), "{words}");
}

fn rows_are_looked_up_along_reverse_relations(kind: Kind) {
    let site = shop(kind);
    let alice = stock(&site);
    let tags = |query: &str| {
        let found = alice.get(&format!("/admin/catalog/tag/?{query}"));
        let named = |id: i32| found.shows(&[&format!("/admin/catalog/tag/{id}/change/")]);
        (found.status, named(1), named(2))
    };
    assert_eq!(tags("products=1"), (200, true, false));
    assert_eq!(tags("products__id__exact=3"), (200, true, true));
    assert_eq!(tags("products__in=1,2"), (200, true, false));
    assert_eq!(tags("products__isnull=True"), (200, false, false));
    assert_eq!(tags("products=none").0, 302);
    // Lookups along relations are allowed only if a filter uses the same path, and never for a
    // password.
    assert_eq!(tags("products__price__gt=1").0, 400);
    assert_eq!(alice.get("/admin/auth/group/?user=1").status, 200);
    assert_eq!(
        alice
            .get("/admin/auth/group/?user__password__startswith=p")
            .status,
        400
    );
    assert_eq!(
        alice.get("/admin/auth/user/?password__startswith=p").status,
        400
    );
}

fn values_are_parsed_like_in_python(kind: Kind) {
    let site = shop(kind);
    let alice = stock(&site);
    let plain = format!("302 {PRODUCTS}?e=1");
    for (query, wanted) in [
        ("id=%D9%A3", "Cedar"),
        ("id__in=1,%203", "Ash Cedar"),
        ("id__range=12", "Ash Birch"),
        ("name__range=AC", "Ash Birch"),
        ("id__range=1,2", &plain),
        ("price__gt=1e500", ""),
        ("price__lt=1e500", "Ash Birch Cedar"),
        ("price__gt=-1e500&price__lt=2", "Ash"),
        ("price__gt=cheap", &plain),
        // Spaces are allowed around numbers only.
        ("id=%201", "Ash"),
        ("is_active__exact=%201", &plain),
        ("released_on__gte=%202020-01-01", &plain),
        ("p=%EF%BC%91", "Ash Birch Cedar"),
        // The page number is ignored if all rows fit on one page.
        ("p=99", "Ash Birch Cedar"),
    ] {
        assert_eq!(
            shown(
                &alice,
                &format!("{PRODUCTS}?{query}"),
                &["Ash", "Birch", "Cedar"]
            ),
            wanted,
            "{query}"
        );
    }
    assert_eq!(alice.get(&format!("{PRODUCTS}%D9%A3/change/")).status, 200);
    // Only characters that a URL would quote are unquoted: to Python the first is 3, and the second
    // is not a number.
    assert_eq!(alice.get(&format!("{PRODUCTS}0_3/change/")).status, 200);
    assert_eq!(alice.get(&format!("{PRODUCTS}_33/change/")).status, 302);
}

fn links_are_chosen_by_the_offered_keys(kind: Kind) {
    let site = shop(kind);
    let alice = stock(&site);
    let form = || alice.form(&format!("{PRODUCTS}2/change/"), "name");
    for key in ["02", " 2 ", "+2", "99"] {
        let reply = alice.submit(&form().choose("tags", &["1", key]), "_save");
        assert!(
            reply.status == 200 && reply.errors("tags").contains("valid choice"),
            "{key:?}"
        );
    }
    assert_eq!(
        alice.submit(&form().choose("tags", &["2"]), "_save").status,
        302
    );
}

fn an_action_on_a_page_that_does_not_exist_changes_no_rows(kind: Kind) {
    let site = shop(kind);
    let conn = &mut site.connect();
    for number in 0..101 {
        product(&format!("Plank {number:03}")).save(conn);
    }
    let alice = ALICE.browser(&site);
    let run = |query: &str| {
        let fields = [
            ("action", "make_inactive"),
            ("_selected_action", "1"),
            ("index", "0"),
        ];
        alice
            .post(&format!("{PRODUCTS}?{query}"), &fields)
            .header("Location")
            .to_owned()
    };
    let inactive = || {
        shown(
            &alice,
            &format!("{PRODUCTS}?is_active__exact=0"),
            &["Plank 000"],
        )
    };
    assert_eq!(run("p=3"), format!("{PRODUCTS}?e=1"));
    assert_eq!(inactive(), "");
    assert_eq!(run("p=2"), format!("{PRODUCTS}?p=2"));
    assert_eq!(inactive(), "Plank 000");
    // Django asks for confirmation even if the rows no longer exist.
    let gone = [
        ("action", "delete_selected"),
        ("_selected_action", "999"),
        ("index", "0"),
    ];
    assert_eq!(alice.post(PRODUCTS, &gone).status, 200);
}

fn the_form_in_a_pop_up_has_no_links_to_other_pages(kind: Kind) {
    let site = shop(kind);
    let alice = stock(&site);
    let links = |query: &str| {
        let page = alice.get(&format!("{PRODUCTS}1/change/{query}"));
        page.links()
            .into_iter()
            .filter(|link| {
                ["/admin/r/", "product/1/history/", "product/1/delete/"]
                    .iter()
                    .any(|part| link.contains(part))
            })
            .count()
    };
    assert_eq!((links("?_popup=1&_to_field=id"), links("") > 2), (0, true));
}

fn messages_link_to_the_row_and_only_safe_ones_are_html(kind: Kind) {
    let site = shop(kind);
    let alice = stock(&site);
    let form = alice
        .form(&format!("{PRODUCTS}1/change/"), "name")
        .set("name", "<i>Ash</i>");
    let reply = alice.follow(&alice.submit(&form, "_continue"));
    let link = "<a href=\"/admin/catalog/product/1/change/\">&#60;i&#62;Ash&#60;/i&#62;</a>” was changed successfully.";
    assert!(reply.shows(&[link]), "{}", reply.words());
    // Messages in the form that Django on the same site would send.
    let said = [
        Message::new(Level::INFO, "<u>plain</u>"),
        Message {
            safe: true,
            ..Message::new(Level::INFO, "<u>safe</u>")
        },
    ];
    alice.keep(
        "messages",
        &encode_cookie(
            &said,
            &SecretKey::new(SECRET_KEY),
            chrono::Utc::now().timestamp(),
        ),
    );
    let page = alice.get("/admin/");
    assert!(
        page.shows(&["<u>safe</u>"]) && !page.shows(&["<u>plain</u>"]),
        "{}",
        page.words()
    );
    let page = alice.follow(&alice.get(&format!("{PRODUCTS}99/change/")));
    assert!(
        page.shows(&["Product with ID “99” doesn’t exist."]),
        "{}",
        page.words()
    );
}

fn empty_fields_of_the_search_are_not_kept_in_links_to_forms(kind: Kind) {
    let site = shop(kind);
    let alice = stock(&site);
    for (list, back) in [
        ("q=&is_active__exact=1", "is_active__exact=1"),
        ("q=a&all=", "q=a&all="),
        ("q=", ""),
    ] {
        let kept: String = form_urlencoded::byte_serialize(list.as_bytes()).collect();
        let form = alice.form(
            &format!("{PRODUCTS}1/change/?_changelist_filters={kept}"),
            "name",
        );
        let wanted = if back.is_empty() {
            PRODUCTS.to_owned()
        } else {
            format!("{PRODUCTS}?{back}")
        };
        assert_eq!(
            alice.submit(&form, "_save").header("Location"),
            wanted,
            "{list}"
        );
    }
}

on_both!(
    a_search_may_have_more_words_than_a_tree_is_deep,
    a_filter_counts_any_date,
    rows_are_looked_up_along_reverse_relations,
    values_are_parsed_like_in_python,
    links_are_chosen_by_the_offered_keys,
    an_action_on_a_page_that_does_not_exist_changes_no_rows,
    the_form_in_a_pop_up_has_no_links_to_other_pages,
    messages_link_to_the_row_and_only_safe_ones_are_html,
    empty_fields_of_the_search_are_not_kept_in_links_to_forms
);
