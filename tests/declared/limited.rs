//! Many-to-many fields with `limit_choices_to`, in forms, searches and inlines.

use diesel::connection::SimpleConnection as _;
use nuages::admin::{AdminSite, Inline};
use nuages::models::Condition;
use nuages::prelude::*;
use nuages_test::{Client, Kind, TestSite};

use crate::shop::INSTALLED;
use crate::support;

/// A singer.
#[nuages::model(app = "choir", ordering = ["name"])]
pub struct Singer {
    #[field(max_length = 20)]
    pub name: String,
    #[field(default = true)]
    pub is_active: bool,
}

/// A season.
#[nuages::model(app = "choir")]
pub struct Season {
    #[field(max_length = 20)]
    pub name: String,
}

/// A concert, for which only active singers can be chosen.
#[nuages::model(app = "choir", display = "name")]
pub struct Concert {
    #[field(max_length = 20)]
    pub name: String,
    #[field(on_delete = "cascade")]
    pub season: ForeignKey<Season>,
    #[field(blank, limit_choices_to = active)]
    pub singers: ManyToMany<Singer>,
}

fn active() -> Condition {
    Condition::new(choir_singer::is_active, true)
}

const APP: AppConfig = AppConfig {
    label: "choir",
    verbose_name: "Choir",
    models: &[Singer::meta, Season::meta, Concert::meta],
    migrations: &[],
};

static APPS: [AppConfig; 7] = [
    INSTALLED[0],
    INSTALLED[1],
    INSTALLED[2],
    INSTALLED[3],
    INSTALLED[4],
    INSTALLED[5],
    APP,
];

fn register(site: AdminSite) -> AdminSite {
    site.register::<Singer>(|it| it.search_fields((choir_singer::name,)))
        .register::<Season>(|it| it.inlines([Inline::tabular::<Concert>(|it| it).extra(1)]))
        .register::<Concert>(|it| it)
}

/// Creates a choir with a season and the singers Ann (active) and Cid (not active). The client is logged in as
/// a superuser.
fn choir(kind: Kind) -> (TestSite, Client) {
    static PROJECT: Project = Project::new("Choir", &APPS, crate::shop::urls, register);
    let site = TestSite::on(kind, &PROJECT);
    let conn = &mut site.connect();
    let database = match kind {
        Kind::Sqlite => support::Kind::Sqlite,
        Kind::Postgres => support::Kind::Postgres,
    };
    for model in APP.models {
        crate::tables::create(conn, database, model());
    }
    conn.batch_execute(
        "INSERT INTO choir_singer (id, name, is_active) VALUES (1, 'Ann', TRUE), (3, 'Cid', FALSE);
         INSERT INTO choir_season (id, name) VALUES (1, 'Summer');",
    )
    .unwrap();
    let client = site.client();
    client.force_login(&site.superuser("alice"));
    (site, client)
}

const INACTIVE: &str = "Select a valid choice. 3 is not one of the available choices.";

fn forms_offer_and_accept_only_the_rows_of_the_limit(kind: Kind) {
    let (_site, alice) = choir(kind);
    let page = alice.get("/admin/choir/concert/add/");
    page.assert_contains("Ann").assert_not_contains("Cid");

    let send = |singer: &str| {
        let fields = [("name", "Mass"), ("season", "1"), ("singers", singer)];
        alice.post("/admin/choir/concert/add/", &fields)
    };
    // A forged choice.
    send("3").assert_contains(INACTIVE);
    send("1").assert_status(302);
}

fn searches_find_only_the_rows_of_the_limit(kind: Kind) {
    let (_site, alice) = choir(kind);
    let found = alice
        .get("/admin/autocomplete/?app_label=choir&model_name=concert&field_name=singers&term=");
    let source = found.source();
    assert!(
        source.contains("Ann") && !source.contains("Cid"),
        "only active singers should be found: {source}"
    );
}

fn inlines_offer_and_accept_only_the_rows_of_the_limit(kind: Kind) {
    let (_site, alice) = choir(kind);
    let page = alice.get("/admin/choir/season/1/change/");
    page.assert_contains("Ann").assert_not_contains("Cid");

    let reply = alice.post(
        "/admin/choir/season/1/change/",
        &[
            ("name", "Summer"),
            ("concert_set-TOTAL_FORMS", "1"),
            ("concert_set-INITIAL_FORMS", "0"),
            ("concert_set-0-season", "1"),
            ("concert_set-0-name", "Mass"),
            ("concert_set-0-singers", "3"),
        ],
    );
    // A forged choice.
    reply.assert_contains(INACTIVE);
}

nuages_test::on_both!(
    forms_offer_and_accept_only_the_rows_of_the_limit,
    searches_find_only_the_rows_of_the_limit,
    inlines_offer_and_accept_only_the_rows_of_the_limit,
);
