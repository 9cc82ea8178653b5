//! Actions on the change form, in pop-ups and on the login page, as in Django 6.1.

use crate::shop::INSTALLED;
use crate::shop::catalog::models::{Product, TAGS};
use crate::shop::schema::{catalog_product, catalog_tag as tag};
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use nuages::admin::options::{Action, ActionRequest, ActionResult};
use nuages::admin::{AdminSite, FormField};
use nuages::db::Conn;
use nuages::error::Result;
use nuages::models::Assignment;
use nuages::project::Project;

use crate::admin::shop;
use crate::support::{ALICE, BOB, CHARLIE, Client, Database, Kind, Reply, TestSite, product};

const LIST: &str = "/admin/catalog/product/";
const FORM: &str = "/admin/catalog/product/1/change/";

/// Products with an action for list and form, one for the form, one for the list, and one with a
/// confirmation page.
static PROJECT: Project = Project::new("Shop", &INSTALLED, crate::shop::urls, |site: AdminSite| {
    site.register::<Product>(|it| {
        it.actions([
            Action::new("both", "Rename selected %(verbose_name_plural)s", rename)
                .on_form("Rename this %(verbose_name)s"),
            Action::new("form", "Rename from the form", rename).only_on_form(),
            Action::new("list", "Rename from the list", rename),
            Action::new("asks", "Rename all", rename)
                .on_form("Rename carefully")
                .confirm(),
            Action::new("look", "Look at all", look)
                .on_form("Look")
                .permissions(&["view"]),
        ])
    })
});

fn rename(conn: &mut Conn, request: &ActionRequest<'_>) -> Result<ActionResult> {
    let count = request.update(
        conn,
        &[Assignment::new(
            catalog_product::name,
            format!("{} was here", request.action),
        )],
    )?;
    Ok(format!("{count} renamed").into())
}

#[expect(clippy::unnecessary_wraps, reason = "the type of an action's function")]
fn look(_: &mut Conn, request: &ActionRequest<'_>) -> Result<ActionResult> {
    Ok(format!("looked at {}", request.count).into())
}

/// Creates two products, a superuser, and a clerk without permissions.
fn site(kind: Kind) -> TestSite {
    let database = Database::migrated(kind);
    ALICE.save(&mut database.connect());
    BOB.save(&mut database.connect());
    product("Whistler").save(&mut database.connect());
    product("Kettle").save(&mut database.connect());
    TestSite::for_project(database, &[], &PROJECT)
}

/// Sends the action form like a client of Django 6.1.
fn run(client: &Client, action: &str, more: &[(&str, &str)]) -> Reply {
    client.post(
        FORM,
        &[
            &[
                ("CHANGE_FORM-action", action),
                ("_selected_action", "1"),
                ("index", "0"),
            ],
            more,
        ]
        .concat(),
    )
}

fn names(client: &Client) -> String {
    client.get(LIST).words()
}

fn the_change_form_offers_the_actions_that_are_declared_for_it(kind: Kind) {
    let site = site(kind);
    let alice = ALICE.browser(&site);
    let page = alice.get(FORM);
    let offered = [
        "value=\"both\">Rename this product<",
        "value=\"form\">",
        "value=\"asks\">Rename carefully<",
        "value=\"look\">",
    ];
    assert!(
        page.shows(&offered),
        "the form must offer its actions with their labels: {}",
        page.text()
    );
    assert!(
        !page.shows(&["value=\"list\""]) && !page.shows(&["value=\"delete_selected\""]),
        "and no other action"
    );
    let list = alice.get(LIST);
    assert!(
        list.shows(&["value=\"both\">Rename selected products<", "value=\"list\""]),
        "{}",
        list.text()
    );
    assert!(
        !list.shows(&["value=\"form\""]),
        "the list must not offer an action that is for the form only"
    );
    for path in [
        "/admin/catalog/product/add/",
        "/admin/catalog/product/1/change/?_popup=1",
    ] {
        assert!(
            !alice.get(path).shows(&["CHANGE_FORM-action"]),
            "{path} must not offer actions"
        );
    }
}

fn an_action_on_the_form_runs_on_its_row_and_redirects_back(kind: Kind) {
    let site = site(kind);
    let alice = ALICE.browser(&site);
    for action in ["both", "form"] {
        let path = format!("{FORM}?_changelist_filters=q%3Da");
        let form = alice
            .form(&path, "CHANGE_FORM-action")
            .set("CHANGE_FORM-action", action);
        let reply = alice.submit(&form, "index");
        assert_eq!(
            reply.header("location"),
            path,
            "{action}: {}",
            reply.words()
        );
        let words = alice.follow(&reply).words();
        assert!(words.contains("1 renamed"), "{action}: {words}");
        let words = names(&alice);
        assert!(
            words.contains(&format!("{action} was here")) && words.contains("Kettle"),
            "{action}: {words}"
        );
    }
}

fn an_action_on_the_form_asks_first_if_it_declares_a_question(kind: Kind) {
    let site = site(kind);
    let alice = ALICE.browser(&site);
    let question = run(&alice, "asks", &[]);
    assert_eq!(
        question.status,
        200,
        "expected the question, got {}",
        question.words()
    );
    assert!(
        names(&alice).contains("Whistler"),
        "nothing is renamed before the answer"
    );
    let reply = alice.submit(&question.form(FORM, "CHANGE_FORM-action"), "");
    assert_eq!(
        (reply.status, reply.header("location")),
        (302, FORM),
        "{}",
        reply.words()
    );
    assert!(
        names(&alice).contains("asks was here"),
        "the confirmed action runs"
    );
}

fn a_confirmation_of_an_action_on_the_form_comes_again_after_a_login(kind: Kind) {
    let site = site(kind);
    let alice = ALICE.browser(&site);
    let question = run(&alice, "asks", &[]).form(FORM, "CHANGE_FORM-action");
    site.end_sessions();
    let page = alice.follow(&alice.submit_and_log_in(&question, "", &ALICE));
    let words = page.words();
    assert!(words.contains("Nothing has been changed"), "{words}");
    assert!(words.contains("Whistler"), "nothing is renamed: {words}");
    alice.submit(&page.form(FORM, "CHANGE_FORM-action"), "");
    let words = names(&alice);
    assert!(words.contains("asks was here"), "confirmed again: {words}");
}

fn an_action_on_the_form_is_refused_for_other_rows(kind: Kind) {
    let site = site(kind);
    let alice = ALICE.browser(&site);
    let action = ("CHANGE_FORM-action", "both");
    for (what, selected) in [
        ("no row", &[][..]),
        ("another row", &[("_selected_action", "2")]),
        (
            "two rows",
            &[("_selected_action", "1"), ("_selected_action", "2")],
        ),
        (
            "a text that means the same number",
            &[("_selected_action", "01")],
        ),
    ] {
        let reply = alice.post(FORM, &[&[action], selected].concat());
        assert_eq!(reply.status, 400, "{what}: {}", reply.words());
    }
    // Only lists can select all rows.
    assert_eq!(run(&alice, "both", &[("select_across", "1")]).status, 302);
    let words = names(&alice);
    assert!(
        words.contains("both was here") && words.contains("Kettle"),
        "only the form's row changes: {words}"
    );
}

fn an_action_that_is_not_declared_for_the_form_is_not_run(kind: Kind) {
    let site = site(kind);
    let alice = ALICE.browser(&site);
    for action in ["list", "delete_selected", "", "nonsense"] {
        let words = alice
            .follow(&run(&alice, action, &[("post", "yes")]))
            .words();
        assert!(words.contains("No action selected."), "{action}: {words}");
    }
    // The change form ignores the list's own field.
    let plain = [
        ("action", "both"),
        ("_selected_action", "1"),
        ("index", "0"),
    ];
    assert_eq!(
        alice.post(FORM, &plain).status,
        200,
        "without the form's field it is an incomplete save"
    );
    let words = names(&alice);
    assert!(
        words.contains("Whistler") && words.contains("Kettle"),
        "nothing must change: {words}"
    );
    let reply = alice.post(
        LIST,
        &[
            ("action", "form"),
            ("_selected_action", "1"),
            ("index", "0"),
        ],
    );
    assert!(
        alice.follow(&reply).words().contains("No action selected."),
        "the list does not run the form's actions"
    );
}

fn a_save_button_takes_precedence_over_an_action(kind: Kind) {
    let site = site(kind);
    let alice = ALICE.browser(&site);
    for button in ["_save", "_continue", "_addanother"] {
        let form = alice.form(FORM, "name").set("name", button);
        let mut fields = form.sent(button);
        fields.push(("CHANGE_FORM-action".to_owned(), "both".to_owned()));
        let fields: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, value)| (&**name, &**value))
            .collect();
        assert_eq!(alice.post_with(FORM, &[], &fields).status, 302, "{button}");
        assert!(
            names(&alice).contains(button),
            "{button} must save what was typed, and run nothing"
        );
    }
}

fn actions_on_the_form_need_their_permission(kind: Kind) {
    let site = site(kind);
    BOB.may(&site, &["view_product"]);
    let bob = BOB.browser(&site);
    let page = bob.get(FORM);
    assert!(
        page.shows(&["value=\"look\""]) && !page.shows(&["value=\"both\""]),
        "{}",
        page.text()
    );
    let words = bob.follow(&run(&bob, "look", &[])).words();
    assert!(
        words.contains("Looked at 1"),
        "a viewer runs what needs `view`: {words}"
    );
    assert!(
        bob.follow(&run(&bob, "both", &[]))
            .words()
            .contains("No action selected."),
        "and nothing else"
    );
    assert!(names(&bob).contains("Whistler"));
}

fn a_pop_up_keeps_the_model_it_was_opened_from(kind: Kind) {
    let site = shop(kind);
    let alice = ALICE.browser(&site);
    // Links of Django 6.1's forms contain the model of the form; the add page sends it back.
    let add = "/admin/catalog/tag/add/?_to_field=id&_popup=1&_source_model=catalog.product";
    let form = alice.form(add, "name");
    assert_eq!(
        form.value("_source_model"),
        "catalog.product",
        "the form must keep _source_model"
    );
    let saved = alice.submit(&form.set("name", "oak").set("slug", "oak"), "_save");
    assert!(saved.shows(&["popup-response", "oak"]), "{}", saved.text());
    // An unknown model name does not affect the row that was added.
    let form = alice
        .form(add, "name")
        .set("_source_model", "no.such")
        .set("name", "ash")
        .set("slug", "ash");
    let saved = alice.submit(&form, "_save");
    assert!(
        saved.status == 200 && saved.shows(&["popup-response", "ash"]),
        "{}",
        saved.text()
    );
    let words = saved.words();
    assert!(
        words.contains("The app \"no.such\" could not be found."),
        "Django tells of the wrong model: {words}"
    );
    // A list in a pop-up does not treat it as a filter.
    assert_eq!(
        alice
            .get("/admin/catalog/tag/?_popup=1&_source_model=catalog.product")
            .status,
        200
    );
}

fn pop_up_links_name_the_model_of_the_form_from_django_6_1_on(kind: Kind) {
    for (version, names_it) in [("5.2", false), ("6.0", false), ("6.1", true)] {
        let database = Database::migrated(kind);
        let conn = &mut database.connect();
        ALICE.save(conn);
        product("Kettle").tag("red").save(conn);
        let site = TestSite::with(database, &[("DJANGO_VERSION", version)], crate::shop::urls);
        let page = ALICE.browser(&site).get(FORM);
        let text = page.text();
        let related: Vec<&str> = text
            .split('"')
            .filter(|url| url.contains("_to_field="))
            .collect();
        assert!(
            related.iter().any(|url| url.contains("/add/")),
            "Django {version}: no link adds a row: {related:?}"
        );
        assert!(
            related.iter().any(|url| url.contains("/change/")),
            "Django {version}: no link changes a row"
        );
        for url in related {
            let named = url.ends_with("source_model=catalog.product");
            assert_eq!(named, names_it, "Django {version}: {url}");
        }
    }
}

fn a_pop_up_answers_with_the_group_of_the_new_row(kind: Kind) {
    static GROUPED: Project =
        Project::new("Shop", &INSTALLED, crate::shop::urls, |site: AdminSite| {
            crate::shop::register(site)
                .unregister::<Product>()
                .register::<Product>(|it| {
                    it.formfield((TAGS,), FormField::new().group_by(tag::slug))
                        .radio_fields((catalog_product::category_id,))
                })
        });
    let database = Database::migrated(kind);
    let conn = &mut database.connect();
    ALICE.save(conn);
    product("Kettle").tag("red").tag("blue").save(conn);
    diesel::update(tag::table)
        .set(tag::slug.eq("colours"))
        .filter(tag::name.eq("red"))
        .execute(conn)
        .unwrap();
    if kind == Kind::Postgres {
        // The rows above were inserted with primary keys.
        conn.batch_execute("ALTER SEQUENCE catalog_tag_id_seq RESTART WITH 100")
            .unwrap();
    }
    let site = TestSite::for_project(database, &[("DJANGO_VERSION", "6.1")], &GROUPED);
    let alice = ALICE.browser(&site);

    let page = alice.get(FORM);
    for group in ["<optgroup label=\"colours\">", "<optgroup label=\"blue\">"] {
        assert_eq!(
            page.text().matches(group).count(),
            1,
            "{group}: {}",
            page.text()
        );
    }
    assert_eq!(
        page.form(FORM, "name").values("tags").len(),
        2,
        "both tags stay chosen"
    );
    let category = page.text().matches("catalog/category/__fk__").count();
    assert_eq!(
        category, 0,
        "no link beside radio buttons follows what is chosen"
    );
    assert!(
        page.shows(&["/admin/catalog/category/add/?_to_field=id"]),
        "a category can be added"
    );

    let add = |source: &str, name: &str| {
        let path = format!("/admin/catalog/tag/add/?_to_field=id&_popup=1&_source_model={source}");
        alice.submit(
            &alice
                .form(&path, "name")
                .set("name", name)
                .set("slug", &format!("{name}s")),
            "_save",
        )
    };
    let saved = add("catalog.product", "oak");
    assert!(saved.shows(&["optgroup", "oaks"]), "{}", saved.text());
    for (source, name) in [
        ("orders.order", "ash"),
        ("no.such", "elm"),
        ("", "fir"),
        ("nonsense", "yew"),
    ] {
        let saved = add(source, name);
        assert!(
            saved.shows(&["popup-response", name]),
            "{source:?}: {}",
            saved.text()
        );
        assert!(
            !saved.text().contains("optgroup"),
            "{source:?} has no groups of tags: {}",
            saved.text()
        );
    }
}

fn staff_at_the_login_page_go_to_a_safe_next_from_django_6_1_on(kind: Kind) {
    let expected = |version: &str, next: &str| match (version, next) {
        ("6.1", "/admin/catalog/") => "/admin/catalog/",
        _ => "/admin/",
    };
    for version in ["5.2", "6.0", "6.1"] {
        let database = Database::migrated(kind);
        ALICE.save(&mut database.connect());
        CHARLIE.save(&mut database.connect());
        let site = TestSite::with(database, &[("DJANGO_VERSION", version)], crate::shop::urls);
        let alice = ALICE.browser(&site);
        for next in [
            "/admin/catalog/",
            "https://evil.example/",
            "//evil.example/",
            "",
        ] {
            let reply = alice.get(&format!("/admin/login/?next={next}"));
            let answer = (reply.status, reply.header("location"));
            assert_eq!(
                answer,
                (302, expected(version, next)),
                "Django {version}, next {next:?}"
            );
        }
        let charlie = CHARLIE
            .browser(&site)
            .get("/admin/login/?next=/admin/catalog/");
        assert_eq!(
            charlie.status, 200,
            "Django {version}: a customer sees the login form"
        );
    }
}

on_both!(
    the_change_form_offers_the_actions_that_are_declared_for_it,
    an_action_on_the_form_runs_on_its_row_and_redirects_back,
    an_action_on_the_form_asks_first_if_it_declares_a_question,
    a_confirmation_of_an_action_on_the_form_comes_again_after_a_login,
    an_action_on_the_form_is_refused_for_other_rows,
    an_action_that_is_not_declared_for_the_form_is_not_run,
    a_save_button_takes_precedence_over_an_action,
    actions_on_the_form_need_their_permission,
    a_pop_up_keeps_the_model_it_was_opened_from,
    pop_up_links_name_the_model_of_the_form_from_django_6_1_on,
    a_pop_up_answers_with_the_group_of_the_new_row,
    staff_at_the_login_page_go_to_a_safe_next_from_django_6_1_on
);
