//! Descriptions of the models User, Group and Permission.

use diesel::sql_types::Integer;

use super::models::{Group, Permission, User};
use super::normalize;
use crate::db::Value;
use crate::models::content_types::ContentType;
use crate::models::{Description, ManyToMany, Model, ModelKey, OnDelete, Validator, labelled, via};
use crate::schema::{
    auth_group, auth_group_permissions, auth_permission, auth_user, auth_user_groups,
};
use crate::schema::{auth_user_user_permissions, django_content_type};

impl ModelKey for User {
    type Key = i32;
    type KeySql = Integer;
}

impl ModelKey for Group {
    type Key = i32;
    type KeySql = Integer;
}

impl ModelKey for Permission {
    type Key = i32;
    type KeySql = Integer;
}

impl Model for User {
    fn describe(it: Description<Self>) -> Description<Self> {
        it.display(auth_user::username)
            .natural_key((auth_user::username,))
            .field(auth_user::password, |field| field.max_length(128).secret())
            .field(auth_user::is_superuser, |field| {
                field.verbose_name("superuser status").default(|| false.into()).help_text(
                    "Designates that this user has all permissions without explicitly assigning them.",
                )
            })
            .field(auth_user::username, |field| {
                field
                    .max_length(150)
                    .normalized(normalize::username)
                    .unique_or("A user with that username already exists.")
                    .validator(Validator::Custom(valid_username))
                    .help_text("Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.")
            })
            .field(auth_user::first_name, |field| field.max_length(150).blank())
            .field(auth_user::last_name, |field| field.max_length(150).blank())
            .field(auth_user::email, |field| field.email(254).verbose_name("email address").blank())
            .field(auth_user::is_staff, |field| {
                field
                    .verbose_name("staff status")
                    .default(|| false.into())
                    .help_text("Designates whether the user can log into this admin site.")
            })
            .field(auth_user::is_active, |field| {
                field.verbose_name("active").default(|| true.into()).help_text(
                    "Designates whether this user should be treated as active. Unselect this instead of deleting accounts.",
                )
            })
            .field(auth_user::date_joined, |field| field.default_now())
            .many_to_many(User::GROUPS)
            .many_to_many(User::USER_PERMISSIONS)
    }
}

impl User {
    /// The groups of a user.
    pub const GROUPS: ManyToMany<auth_user::table> =
        ManyToMany::new::<Group, _, _>("groups", auth_user_groups::user_id, auth_user_groups::group_id)
            .related_name("user")
            .blank()
            .help_text(
                "The groups this user belongs to. A user will get all permissions granted to each of their groups.",
            );

    /// Permissions of a user in addition to those of the user's groups.
    pub const USER_PERMISSIONS: ManyToMany<auth_user::table> = ManyToMany::new::<Permission, _, _>(
        "user_permissions",
        auth_user_user_permissions::user_id,
        auth_user_user_permissions::permission_id,
    )
    .verbose_name("user permissions")
    .related_name("user")
    .blank()
    .help_text("Specific permissions for this user.");
}

fn valid_username(name: &Value) -> Option<String> {
    let valid = name.as_str().is_some_and(super::NewUser::is_valid_username);
    (!valid).then(|| {
        "Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.".to_owned()
    })
}

impl Model for Group {
    fn describe(it: Description<Self>) -> Description<Self> {
        it.natural_key((auth_group::name,))
            .field(auth_group::name, |field| field.max_length(150).unique())
            .many_to_many(Group::PERMISSIONS)
    }
}

impl Group {
    /// Permissions of a group's members.
    pub const PERMISSIONS: ManyToMany<auth_group::table> = ManyToMany::new::<Permission, _, _>(
        "permissions",
        auth_group_permissions::group_id,
        auth_group_permissions::permission_id,
    )
    .blank();
}

impl Model for Permission {
    fn describe(it: Description<Self>) -> Description<Self> {
        use django_content_type::{app_label, model};
        let content_type = auth_permission::content_type_id;
        let called = (
            via(content_type, app_label),
            via(content_type, model),
            auth_permission::name,
        );
        it.display_with(called, |[app, of, name]| {
            format!("{} | {name}", labelled(&app.to_string(), &of.to_string()))
        })
        .ordering((
            via(content_type, app_label),
            via(content_type, model),
            auth_permission::codename,
        ))
        .unique_together((content_type, auth_permission::codename))
        .natural_key((
            auth_permission::codename,
            via(content_type, app_label),
            via(content_type, model),
        ))
        .field(auth_permission::name, |field| field.max_length(255))
        .field(content_type, |field| {
            field
                .to::<ContentType>(OnDelete::Cascade)
                .verbose_name("content type")
        })
        .field(auth_permission::codename, |field| field.max_length(100))
    }
}
