//! A site replaces templates of accounts, and the logo, the colours, the style sheets and the scripts of the admin.

use askama::Template;
use nuages::accounts::pages::{Login, PasswordReset};
use nuages::admin::AdminSite;
use nuages::admin::options::Media;
use nuages::framed;
use nuages::pages::{Framed as _, Page, PageTemplate};
use nuages::project::Project;

use crate::shop::INSTALLED;
use crate::shop::catalog::models::Product;
use crate::support::{ALICE, Database, Kind, LOGIN, TestSite};

#[derive(Template)]
#[template(
    source = "{% block title %}Come in{% endblock %}{% block head %}<meta name=\"own\" content=\"head\">{% endblock %}\
              {% block content %}<form method=\"post\"><p class=\"own\">On to {{ login.next }}</p>\
              {% for error in login.form.errors %}<p class=\"wrong\">{{ error }}</p>{% endfor %}\
              <input type=\"hidden\" name=\"csrfmiddlewaretoken\" value=\"{{ page.csrf_token() }}\">\
              <input name=\"username\"><input name=\"password\" type=\"password\"></form>{% endblock %}",
    ext = "html",
    blocks = ["title", "head", "content"]
)]
struct ComeIn<'a> {
    page: &'a Page,
    login: &'a Login,
}

framed!(ComeIn<'_>);

static COME_IN: PageTemplate<Login> = PageTemplate::new(|login| {
    ComeIn {
        page: &login.page,
        login,
    }
    .blocks()
});

static RESET: PageTemplate<PasswordReset> =
    PageTemplate::new(|_| Ok(["Forgotten?".into(), String::new(), "<p>Call us.</p>".into()]));

static PROJECT: Project = Project::new("Shop", &INSTALLED, crate::shop::urls, register)
    .logo("/static/own-logo.svg")
    .colors("/static/own-colors.css")
    .templates(&[&COME_IN, &RESET]);

fn register(mut site: AdminSite) -> AdminSite {
    site.site_header = "The back office";
    site.media = Media {
        css: &["/static/office.css"],
        js: &[],
    };
    site.register::<Product>(|it| {
        it.media(Media {
            css: &["/static/products.css"],
            js: &["/static/products.js"],
        })
    })
}

fn site(kind: Kind) -> TestSite {
    let database = Database::migrated(kind);
    ALICE.save(&mut database.connect());
    TestSite::for_project(database, &[], &PROJECT)
}

on_both!(
    a_page_of_accounts_uses_the_template_of_the_site,
    the_admin_has_the_look_and_the_files_of_the_site,
);

fn a_page_of_accounts_uses_the_template_of_the_site(kind: Kind) {
    let site = site(kind);
    let client = site.client();
    let page = client.get(&format!("{LOGIN}?next=/products/"));
    let text = page.text();
    assert!(text.contains("<title>Come in"), "{text}");
    assert!(
        text.contains("<meta name=\"own\" content=\"head\">"),
        "{text}"
    );
    assert!(text.contains("On to /products/"), "{text}");
    assert!(text.contains("own-logo.svg"), "inside the frame: {text}");

    let wrong = client.post(LOGIN, &[("username", "alice"), ("password", "wrong")]);
    assert!(wrong.text().contains("class=\"wrong\""), "{}", wrong.text());
    let fields = [("username", "alice"), ("password", ALICE.password)];
    assert_eq!(client.post(LOGIN, &fields).status, 302, "the page works");

    let reset = site.client().get("/accounts/password_reset/").text();
    assert!(reset.contains("Call us.") && !reset.contains("name=\"email\""));
    let signup = site.client().get("/accounts/signup/").text();
    assert!(
        signup.contains("name=\"password1\""),
        "no template of the site"
    );
}

fn the_admin_has_the_look_and_the_files_of_the_site(kind: Kind) {
    let site = site(kind);
    let login = site.client().get("/admin/login/").text();
    let alice = ALICE.browser(&site);
    let (index, products, groups) = (
        alice.get("/admin/").text(),
        alice.get("/admin/catalog/product/add/").text(),
        alice.get("/admin/auth/group/").text(),
    );
    for (name, page) in [
        ("login", &login),
        ("index", &index),
        ("products", &products),
    ] {
        for text in [
            "own-logo.svg",
            "own-colors.css",
            "/static/office.css",
            "The back office",
        ] {
            assert!(page.contains(text), "{name}: {text}");
        }
    }
    let script = "<script type=\"module\" src=\"/static/products.js\"></script>";
    assert!(products.contains(script) && products.contains("/static/products.css"));
    for (name, page) in [("index", &index), ("groups", &groups)] {
        assert!(!page.contains("/static/products."), "{name}");
    }
}
