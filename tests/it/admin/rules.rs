//! The rules of users and groups apply to every registration of a site.

use crate::shop::INSTALLED;
use crate::shop::orders::models::Order;
use crate::shop::orders::models::orders_order as order;
use nuages::accounts;
use nuages::admin::options::{ActionRequest, ActionResult, Inline};
use nuages::admin::{AdminSite, ModelAdmin};
use nuages::auth::{Group, Permission, User};
use nuages::db::Conn;
use nuages::error::Result;
use nuages::models::{Assignment, FieldList};
use nuages::project::Project;
use nuages::schema::{auth_permission, auth_user as user, auth_user_user_permissions};

use diesel::prelude::*;

use crate::support::{ALICE, BOB, CHARLIE, Client, Database, Kind, TestSite};

/// Projects that register users and groups in every possible way, with an action that deactivates
/// users.
static PROJECTS: [(&str, Project); 6] = [
    (
        "extended",
        project(|site| {
            accounts::admin::register(site)
                .extend(columns)
                .extend(permissions)
        }),
    ),
    (
        "registered twice",
        project(|site| {
            accounts::admin::register(site)
                .register(columns)
                .register(permissions)
        }),
    ),
    (
        "unregistered and registered",
        project(|site| {
            let site = accounts::admin::register(site)
                .unregister::<User>()
                .unregister::<Group>();
            site.register(columns).register(permissions)
        }),
    ),
    (
        "extended with hooks",
        project(|site| {
            accounts::admin::register(site)
                .extend(columns)
                .extend(permissions)
                .extend(hooks)
        }),
    ),
    (
        "the users of accounts, registered anew",
        project(|site| {
            let site = accounts::admin::register(site)
                .unregister::<User>()
                .unregister::<Group>();
            site.register(|it| columns(accounts::admin::users(it)))
                .register(permissions)
        }),
    ),
    (
        "registered without the app's own registration",
        project(|site| site.register(columns).register(permissions)),
    ),
];

/// Adds a column, a filter, a search, fields and the orders of a user.
static EXTENDED: Project = project(|site| {
    accounts::admin::register(site).extend::<User>(|it| {
        it.add_list_display((user::date_joined,))
            .add_list_filter((user::date_joined,))
            .add_search_fields((user::id,))
            .add_inlines([
                Inline::tabular::<Order>(|it| it.fields((order::number, order::email))).extra(1),
            ])
    })
});

/// Hooks that show every field to everybody.
fn hooks(it: ModelAdmin<User>) -> ModelAdmin<User> {
    it.get_fieldsets(|_, _| Vec::new())
        .get_fields(|_| FieldList::new((user::username, user::is_superuser)))
        .get_form(|_, form| {
            form.exclude = Vec::new();
            form.readonly_fields = Vec::new();
            form.fields((
                user::username,
                user::is_superuser,
                user::password,
                user::email,
                User::GROUPS,
                User::USER_PERMISSIONS,
            ));
        })
}

const fn project(register: fn(AdminSite) -> AdminSite) -> Project {
    Project::new("Shop", &INSTALLED, crate::shop::urls, register)
}

fn columns(it: ModelAdmin<User>) -> ModelAdmin<User> {
    it.list_display((user::username, user::date_joined)).action(
        "deactivate",
        "Deactivate",
        deactivate,
    )
}

fn permissions(it: ModelAdmin<Group>) -> ModelAdmin<Group> {
    it.filter_horizontal((Group::PERMISSIONS,))
}

fn deactivate(conn: &mut Conn, request: &ActionRequest<'_>) -> Result<ActionResult> {
    let count = request.update(conn, &[Assignment::new(user::is_active, false)])?;
    Ok(format!("{count} deactivated").into())
}

/// Logs Bob in as a manager of users who is not a superuser.
fn manager(site: &TestSite) -> Client {
    BOB.may(
        site,
        &[
            "add_user",
            "change_user",
            "delete_user",
            "view_user",
            "add_group",
            "change_group",
            "view_tag",
        ],
    );
    BOB.browser(site)
}

fn permission(site: &TestSite, codename: &str) -> String {
    let named = auth_permission::table.filter(auth_permission::codename.eq(codename));
    named
        .select(auth_permission::id)
        .first::<i32>(&mut site.connect())
        .unwrap()
        .to_string()
}

fn rights_of(site: &TestSite, user: i32) -> i64 {
    let of_user =
        auth_user_user_permissions::table.filter(auth_user_user_permissions::user_id.eq(user));
    of_user.count().get_result(&mut site.connect()).unwrap()
}

fn site(kind: Kind, project: &'static Project) -> TestSite {
    let database = Database::migrated(kind);
    for persona in [&ALICE, &BOB, &CHARLIE] {
        persona.save(&mut database.connect());
    }
    TestSite::for_project(database, &[], project)
}

fn a_manager_of_users_cannot_become_superuser_with_any_registration(kind: Kind) {
    for (name, project) in &PROJECTS {
        let site = site(kind, project);
        let bob = manager(&site);
        let own = format!("/admin/auth/user/{}/change/", BOB.row(&site).id);

        let form = bob.form(&own, "username");
        assert!(
            !form.has("is_superuser"),
            "{name}: the box for superusers must not be editable"
        );
        let mut fields = form.sent("_save");
        fields.push(("is_superuser".to_owned(), "on".to_owned()));
        let fields: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, value)| (&**name, &**value))
            .collect();
        assert_eq!(
            bob.post_with(&own, &[], &fields).status,
            302,
            "{name}: the rest of the form is saved"
        );
        assert!(
            !BOB.row(&site).is_superuser,
            "{name}: Bob made himself a superuser"
        );

        let other = permission(&site, "delete_order");
        let refused = bob.submit(
            &bob.form(&own, "username").set("user_permissions", &other),
            "_save",
        );
        let error = refused.errors("user_permissions");
        assert!(
            error.contains("orders.delete_order"),
            "{name}: expected a refused permission, got {error:?}"
        );

        let form = bob
            .form("/admin/auth/group/add/", "name")
            .set("name", "mine")
            .set("permissions", &other);
        let error = bob.submit(&form, "_save").errors("permissions");
        assert!(
            error.contains("orders.delete_order"),
            "{name}: expected a refused group, got {error:?}"
        );
    }
}

fn a_manager_of_users_cannot_change_superusers_with_any_registration(kind: Kind) {
    for (name, project) in &PROJECTS {
        let site = site(kind, project);
        let bob = manager(&site);
        let (alice, charlie) = (ALICE.row(&site), CHARLIE.row(&site));
        for page in ["change", "delete", "password"] {
            let path = format!("/admin/auth/user/{}/{page}/", alice.id);
            let status = bob
                .post(&path, &[("post", "yes"), ("username", "x")])
                .status;
            assert_eq!(status, 403, "{name}: {page} of a superuser");
        }

        // An action checks each row.
        let ids = [alice.id.to_string(), charlie.id.to_string()];
        let both = [
            ("action", "deactivate"),
            ("index", "0"),
            ("_selected_action", &*ids[0]),
            ("_selected_action", &*ids[1]),
        ];
        let words = bob.follow(&bob.post("/admin/auth/user/", &both)).words();
        assert!(
            words.contains("do not have permission to change all of the selected users"),
            "{name}: {words}"
        );
        assert!(
            ALICE.row(&site).is_active && CHARLIE.row(&site).is_active,
            "{name}: the action changed rows"
        );
        let words = bob
            .follow(&bob.post("/admin/auth/user/", &[&both[..2], &both[3..]].concat()))
            .words();
        assert!(words.contains("1 deactivated"), "{name}: {words}");
        assert!(
            !CHARLIE.row(&site).is_active,
            "{name}: Charlie is no superuser, so the action applies"
        );
        assert_eq!(rights_of(&site, alice.id), 0, "{name}");
    }
}

fn only_superusers_change_permission_rows(kind: Kind) {
    static PROJECT: Project = project(|site| site.register::<Permission>(|it| it));
    let site = site(kind, &PROJECT);
    BOB.may(
        &site,
        &[
            "view_permission",
            "add_permission",
            "change_permission",
            "delete_permission",
        ],
    );
    let path = format!(
        "/admin/auth/permission/{}/change/",
        permission(&site, "view_tag")
    );

    let bob = BOB.browser(&site);
    assert_eq!(
        bob.get(&path).status,
        200,
        "a user with view_permission sees the page"
    );
    assert_eq!(
        bob.post(&path, &[("codename", "delete_order")]).status,
        403,
        "the codename decides who may do what"
    );
    assert_eq!(bob.get("/admin/auth/permission/add/").status, 403);

    let alice = ALICE.browser(&site);
    let form = alice
        .form(&path, "codename")
        .set("name", "Can look at tags");
    assert_eq!(alice.submit(&form, "_save").status, 302, "a superuser may");
}

on_both!(
    a_manager_of_users_cannot_become_superuser_with_any_registration,
    a_manager_of_users_cannot_change_superusers_with_any_registration,
    only_superusers_change_permission_rows,
    a_site_adds_columns_filters_and_inlines_to_users
);

fn a_site_adds_columns_filters_and_inlines_to_users(kind: Kind) {
    let site = site(kind, &EXTENDED);
    let alice = ALICE.browser(&site);
    let list = alice.get("/admin/auth/user/").words();
    assert!(
        list.contains("Date joined") && list.contains("Email address"),
        "{list}"
    );

    let url = format!("/admin/auth/user/{}/change/", CHARLIE.row(&site).id);
    let form = alice.form(&url, "username");
    assert!(
        form.has("is_superuser") && form.has("groups"),
        "the form of accounts"
    );
    let form = form
        .set("orders-0-number", "A1")
        .set("orders-0-email", "c@example.com");
    let reply = alice.submit(&form.set("first_name", "Charles"), "_save");
    assert_eq!(reply.status, 302, "{}", reply.words());

    let (number, customer): (String, Option<i32>) = order::table
        .select((order::number, order::customer_id))
        .first(&mut site.connect())
        .unwrap();
    let charlie = CHARLIE.row(&site);
    assert_eq!((number.as_str(), customer), ("A1", Some(charlie.id)));
    assert_eq!(charlie.first_name, "Charles");
}

#[test]
fn extending_keeps_the_options_of_the_registration() {
    let site = accounts::admin::register(AdminSite::new(&INSTALLED))
        .extend::<User>(|it| it.add_list_display((user::date_joined,)));
    let users = site.find("auth", "user").expect("users are registered");
    assert_eq!(
        users.options.list_display.len(),
        6,
        "the five columns of accounts and the added one"
    );
    assert_eq!(
        users.options.search_fields.len(),
        4,
        "the search of accounts is kept"
    );
    assert!(
        site.check().is_empty(),
        "extending is not an error: {:#?}",
        site.check()
    );
}

#[test]
fn check_names_a_model_that_is_registered_twice_or_extended_too_early() {
    let site = AdminSite::new(&INSTALLED)
        .register::<User>(|it| it)
        .register::<User>(|it| it)
        .extend::<Group>(|it| it)
        .unregister::<User>()
        .register::<User>(|it| it);
    let found: Vec<_> = site
        .check()
        .iter()
        .map(|finding| (finding.id, finding.option))
        .collect();
    assert_eq!(
        found,
        [("nuages.E109", "register"), ("nuages.E110", "extend")],
        "{:#?}",
        site.check()
    );
}
