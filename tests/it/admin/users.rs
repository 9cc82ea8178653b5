//! `/admin/auth/user/`: permissions on users, and the display of passwords.

use diesel::prelude::*;
use nuages::auth::hashers::check_password;
use nuages::auth::{NewUser, User};
use nuages::schema::{
    auth_group, auth_group_permissions, auth_permission, auth_user, auth_user_user_permissions,
    django_admin_log,
};

use crate::admin::shop;
use crate::support::{ALICE, BOB, CHARLIE, Client, Kind, TestSite};

const GOOD: &str = "Tr0ub4dor&3x";

fn permission(site: &TestSite, codename: &str) -> i32 {
    let named = auth_permission::table.filter(auth_permission::codename.eq(codename));
    named
        .select(auth_permission::id)
        .first(&mut site.connect())
        .unwrap()
}

fn permissions_of(site: &TestSite, user: i32) -> Vec<i32> {
    let of_user =
        auth_user_user_permissions::table.filter(auth_user_user_permissions::user_id.eq(user));
    of_user
        .select(auth_user_user_permissions::permission_id)
        .load(&mut site.connect())
        .unwrap()
}

/// Logs Bob in as a manager of users who is not a superuser.
fn boss(site: &TestSite) -> Client {
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

fn url(user: &User, page: &str) -> String {
    format!("/admin/auth/user/{}/{page}/", user.id)
}

fn a_new_user_sent_without_a_session_comes_back_without_the_passwords(kind: Kind) {
    let site = shop(kind);
    let alice = ALICE.browser(&site);
    let add = "/admin/auth/user/add/";
    let form = alice
        .form(add, "username")
        .set("username", "newcomer")
        .set("password1", GOOD)
        .set("password2", GOOD);
    site.end_sessions();

    let page = alice.follow(&alice.submit_and_log_in(&form, "_save", &ALICE));

    assert!(
        page.words().contains("Passwords have to be typed again."),
        "{}",
        page.words()
    );
    assert!(!page.words().contains("Please correct"), "{}", page.words());
    assert!(!page.shows(&[GOOD]), "no password is in the page");
    let form = page.form(add, "username");
    assert_eq!(
        ["username", "password1", "password2"].map(|name| form.value(name)),
        ["newcomer", "", ""]
    );
    assert!(
        User::find_by_username(&mut site.connect(), "newcomer")
            .unwrap()
            .is_none(),
        "nobody was added by itself"
    );
    assert_eq!(
        alice
            .submit(&form.set("password1", GOOD).set("password2", GOOD), "_save")
            .status,
        302
    );
    assert!(
        User::find_by_username(&mut site.connect(), "newcomer")
            .unwrap()
            .is_some()
    );
}

fn a_user_is_added_in_two_steps_without_any_rights(kind: Kind) {
    let site = shop(kind);
    let bob = boss(&site);
    let form = bob
        .form("/admin/auth/user/add/", "username")
        .set("username", "newcomer");
    let refused = bob.submit(
        &form
            .clone()
            .set("password1", "newcomer1")
            .set("password2", "newcomer1"),
        "_save",
    );
    assert!(
        refused.errors("password2").contains("too similar"),
        "{}",
        refused.errors("password2")
    );
    let fields = form.set("password1", GOOD).set("password2", GOOD);
    // A pop-up that refers to users by another field than the primary key adds none.
    let window = [
        ("username", "newcomer"),
        ("usable_password", "false"),
        ("_popup", "1"),
        ("_to_field", "password"),
    ];
    assert_eq!(bob.post("/admin/auth/user/add/", &window).status, 400);
    let reply = bob.submit(&fields, "_save");
    // The next form has the same query.
    let add = "/admin/auth/user/add/?groups=1";
    let second = bob
        .form(add, "username")
        .set("username", "second")
        .set("password1", GOOD)
        .set("password2", GOOD);
    assert_eq!(bob.submit(&second, "_addanother").header("location"), add);
    let user = User::find_by_username(&mut site.connect(), "newcomer")
        .unwrap()
        .unwrap();
    assert_eq!(reply.header("location"), url(&user, "change"));
    assert!(!user.is_staff && !user.is_superuser && check_password(GOOD, &user.password).correct);
    let entry: (String, i16) = django_admin_log::table
        .select((
            django_admin_log::change_message,
            django_admin_log::action_flag,
        ))
        .first(&mut site.connect())
        .unwrap();
    assert_eq!(entry, (r#"[{"added": {}}]"#.to_owned(), 1));
}

fn no_part_of_a_hash_is_shown(kind: Kind) {
    let site = shop(kind);
    let (alice, charlie) = (ALICE.browser(&site), CHARLIE.row(&site));
    let page = alice.get(&url(&charlie, "change"));
    assert!(
        page.words()
            .contains("pbkdf2_sha256, iterations: 1000000 Change password"),
        "{}",
        page.words()
    );
    assert!(page.links().contains(&url(&charlie, "password")));
    assert!(!page.text().contains("saltofcharlie") && !page.text().contains("DNTU90ojCr"));
}

fn a_password_is_set_disabled_and_set_again(kind: Kind) {
    let site = shop(kind);
    let (alice, charlie) = (ALICE.browser(&site), CHARLIE.row(&site));
    let path = url(&charlie, "password");
    let form = alice.form(&path, "password1");
    let conflicting = alice.submit(
        &form.clone().set("usable_password", "false"),
        "set-password",
    );
    assert_eq!(
        (conflicting.header("location"), CHARLIE.row(&site).password),
        (path.as_str(), charlie.password.clone())
    );
    alice.submit(
        &form.clone().set("usable_password", "false"),
        "unset-password",
    );
    assert!(CHARLIE.row(&site).password.starts_with('!'));
    let again = alice.form(&path, "password1");
    assert!(!again.has("usable_password"));
    let reply = alice.submit(
        &again.set("password1", GOOD).set("password2", GOOD),
        "set-password",
    );
    assert_eq!(reply.header("location"), url(&charlie, "change"));
    assert!(check_password(GOOD, &CHARLIE.row(&site).password).correct);
}

fn changing_ones_own_password_keeps_the_session(kind: Kind) {
    let site = shop(kind);
    let alice = ALICE.browser(&site);
    let path = url(&ALICE.row(&site), "password");
    let form = alice.form(&path, "password1");
    let refused = alice.submit(
        &form.clone().set("usable_password", "false"),
        "unset-password",
    );
    assert!(
        refused.status == 200 && refused.words().contains("could not log in again"),
        "{}",
        refused.words()
    );
    alice.submit(
        &form.set("password1", GOOD).set("password2", GOOD),
        "set-password",
    );
    assert!(check_password(GOOD, &ALICE.row(&site).password).correct);
    assert_eq!(alice.get("/admin/").status, 200);
}

fn only_superusers_create_or_change_superusers(kind: Kind) {
    let site = shop(kind);
    let (bob, alice, charlie) = (boss(&site), ALICE.row(&site), CHARLIE.row(&site));
    for user in [charlie, BOB.row(&site)] {
        let form = bob.form(&url(&user, "change"), "username");
        assert!(!form.has("is_superuser"));
        let token = bob.token("/admin/");
        let sent = [
            ("username", &*user.username),
            ("is_superuser", "on"),
            ("is_staff", "on"),
            ("is_active", "on"),
        ];
        let dates = [
            ("date_joined_0", "2024-01-01"),
            ("date_joined_1", "10:00:00"),
            ("csrfmiddlewaretoken", &*token),
        ];
        let reply = bob.post_with(
            &url(&user, "change"),
            &[],
            &[&sent[..], &dates[..]].concat(),
        );
        assert_eq!(reply.status, 302, "{}", reply.words());
        assert!(
            !User::find(&mut site.connect(), user.id)
                .unwrap()
                .unwrap()
                .is_superuser
        );
    }
    // Bob's own form does not contain his permissions.
    let bob = boss(&site);
    let shown = bob.get(&url(&alice, "change"));
    assert!(shown.status == 200 && !shown.text().contains("name=\"username\""));
    for page in ["change", "password", "delete"] {
        assert_eq!(
            bob.post(&url(&alice, page), &[("post", "yes"), ("username", "x")])
                .status,
            403,
            "{page}"
        );
    }
    assert_eq!(
        (
            bob.get(&url(&alice, "password")).status,
            ALICE.row(&site).password
        ),
        (403, alice.password)
    );
    let ticked = [
        ("action", "delete_selected"),
        ("_selected_action", &*alice.id.to_string()),
        ("post", "yes"),
    ];
    bob.post("/admin/auth/user/", &ticked);
    assert!(User::find(&mut site.connect(), alice.id).unwrap().is_some());
}

fn a_user_who_is_not_superuser_grants_only_own_permissions(kind: Kind) {
    let site = shop(kind);
    let (bob, charlie) = (boss(&site), CHARLIE.row(&site));
    let (own, other) = (
        permission(&site, "view_tag"),
        permission(&site, "delete_order"),
    );
    let strong: i32 = diesel::insert_into(auth_group::table)
        .values(auth_group::name.eq("strong"))
        .returning(auth_group::id)
        .get_result(&mut site.connect())
        .unwrap();
    let row = (
        auth_group_permissions::group_id.eq(strong),
        auth_group_permissions::permission_id.eq(other),
    );
    diesel::insert_into(auth_group_permissions::table)
        .values(row)
        .execute(&mut site.connect())
        .unwrap();

    let form = bob.form(&url(&charlie, "change"), "username");
    let refused = bob.submit(
        &form.clone().set("user_permissions", &other.to_string()),
        "_save",
    );
    assert!(
        refused
            .errors("user_permissions")
            .contains("orders.delete_order"),
        "{}",
        refused.words()
    );
    let refused = bob.submit(&form.clone().set("groups", &strong.to_string()), "_save");
    assert!(
        refused.errors("groups").contains("orders.delete_order"),
        "{}",
        refused.words()
    );
    assert_eq!(
        bob.submit(&form.set("user_permissions", &own.to_string()), "_save")
            .status,
        302
    );
    assert_eq!(permissions_of(&site, charlie.id), [own]);

    let form = bob
        .form("/admin/auth/group/add/", "name")
        .set("name", "mine");
    let refused = bob.submit(
        &form.clone().set("permissions", &other.to_string()),
        "_save",
    );
    assert!(
        refused
            .errors("permissions")
            .contains("orders.delete_order")
    );
    assert_eq!(
        bob.submit(&form.set("permissions", &own.to_string()), "_save")
            .status,
        302
    );
    // A user with a permission that Bob lacks keeps it when Bob saves, and Bob cannot change that
    // user's password or address.
    let row = (
        auth_user_user_permissions::user_id.eq(charlie.id),
        auth_user_user_permissions::permission_id.eq(other),
    );
    diesel::insert_into(auth_user_user_permissions::table)
        .values(row)
        .execute(&mut site.connect())
        .unwrap();
    let form = bob.form(&url(&charlie, "change"), "username");
    assert_eq!(
        bob.submit(&form.clone().set("first_name", "Charles"), "_save")
            .status,
        302
    );
    assert!(permissions_of(&site, charlie.id).contains(&other));
    let form = bob.form(&url(&charlie, "change"), "username");
    assert!(
        bob.submit(&form.set("email", "bob@example.com"), "_save")
            .errors("email")
            .contains("permissions")
    );
    assert_eq!(bob.get(&url(&charlie, "password")).status, 403);
    let inactive = auth_user::table.find(charlie.id);
    diesel::update(inactive)
        .set(auth_user::is_active.eq(false))
        .execute(&mut site.connect())
        .unwrap();
    assert_eq!(
        bob.get(&url(&charlie, "password")).status,
        403,
        "to be made active again"
    );
}

fn users_cannot_lock_themselves_out(kind: Kind) {
    let site = shop(kind);
    let (alice, own) = (ALICE.browser(&site), ALICE.row(&site));
    for name in ["is_active", "is_staff", "is_superuser"] {
        let form = alice.form(&url(&own, "change"), "username");
        let refused = alice.submit(&form.choose(name, &[]), "_save");
        assert!(
            refused.errors(name).contains("your own account"),
            "{name}: {}",
            refused.words()
        );
    }
    assert_eq!(
        alice.post(&url(&own, "delete"), &[("post", "yes")]).status,
        403
    );
    let ticked = [
        ("action", "delete_selected"),
        ("_selected_action", &*own.id.to_string()),
        ("post", "yes"),
    ];
    alice.post("/admin/auth/user/", &ticked);
    let now = ALICE.row(&site);
    assert!(now.is_active && now.is_staff && now.is_superuser);
}

fn names_are_normalised_before_they_are_stored(kind: Kind) {
    let site = shop(kind);
    let (alice, charlie) = (ALICE.browser(&site), CHARLIE.row(&site));
    let form = alice.form(&url(&charlie, "change"), "username");
    // Names that are the same after normalization count as the same.
    let taken = alice.submit(&form.clone().set("username", "ａｌｉｃｅ"), "_save");
    assert_eq!(
        taken.errors("username"),
        "A user with that username already exists."
    );
    let long = alice.submit(&form.clone().set("username", &"ﬁ".repeat(76)), "_save");
    assert!(
        long.errors("username")
            .contains("at most 150 characters (it has 152)"),
        "{}",
        long.errors("username")
    );
    assert_eq!(
        alice
            .submit(&form.set("username", "ｃｈａｒｌｅｓe\u{301}"), "_save")
            .status,
        302
    );
    let renamed = User::find(&mut site.connect(), charlie.id)
        .unwrap()
        .unwrap();
    assert_eq!(renamed.username, "charlesé");
    let login = [
        ("username", "ｃｈａｒｌｅｓé"),
        ("password", CHARLIE.password),
    ];
    assert_eq!(site.client().post("/accounts/login/", &login).status, 302);
}

fn adding_users_needs_the_change_permission_as_well(kind: Kind) {
    let site = shop(kind);
    BOB.may(&site, &["add_user", "view_user"]);
    let bob = BOB.browser(&site);
    assert_eq!(bob.get("/admin/auth/user/add/").status, 403);
    let sneak = [
        ("username", "sneak"),
        ("password1", GOOD),
        ("password2", GOOD),
    ];
    assert_eq!(bob.post("/admin/auth/user/add/", &sneak).status, 403);
    assert!(!NewUser::is_taken(&mut site.connect(), "sneak").unwrap());
    assert!(
        !bob.get("/admin/")
            .links()
            .contains(&"/admin/auth/user/add/".to_owned())
    );
}

fn names_that_normalise_to_the_same_text_are_one_name(kind: Kind) {
    let site = shop(kind);
    let alice = ALICE.browser(&site);
    let form = || alice.form(&url(&BOB.row(&site), "change"), "username");
    let reply = alice.submit(&form().set("username", "ａlice"), "_save");
    assert!(
        reply.errors("username").contains("already exists"),
        "{}",
        reply.words()
    );
    assert_eq!(
        alice
            .submit(&form().set("username", "ｂert"), "_save")
            .status,
        302
    );
    assert!(NewUser::is_taken(&mut site.connect(), "bert").unwrap());
}

fn a_user_cannot_be_saved_as_new(kind: Kind) {
    let site = shop(kind);
    let alice = ALICE.browser(&site);
    let reply = alice.post(
        &url(&BOB.row(&site), "change"),
        &[("username", "bobby"), ("_saveasnew", "1")],
    );
    assert_eq!(reply.status, 200);
    assert!(!NewUser::is_taken(&mut site.connect(), "bobby").unwrap());
}

on_both!(
    a_new_user_sent_without_a_session_comes_back_without_the_passwords,
    a_user_is_added_in_two_steps_without_any_rights,
    no_part_of_a_hash_is_shown,
    a_password_is_set_disabled_and_set_again,
    changing_ones_own_password_keeps_the_session,
    only_superusers_create_or_change_superusers,
    a_user_who_is_not_superuser_grants_only_own_permissions,
    users_cannot_lock_themselves_out,
    names_are_normalised_before_they_are_stored,
    adding_users_needs_the_change_permission_as_well,
    names_that_normalise_to_the_same_text_are_one_name,
    a_user_cannot_be_saved_as_new
);
