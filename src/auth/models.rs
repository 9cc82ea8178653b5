//! Rows of Django's `auth` app.

use diesel::prelude::*;
use unicode_normalization::UnicodeNormalization as _;

use crate::db::{Conn, Timestamp};
use crate::error::Result;
use crate::schema::{auth_group, auth_permission, auth_user};

/// Someone who can log in.
#[derive(Debug, Clone, PartialEq, Eq, Identifiable, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = auth_user, treat_none_as_null = true)]
pub struct User {
    /// Primary key.
    pub id: i32,
    /// The password's hash; see [`hashers`](super::hashers).
    pub password: String,
    /// When they last logged in.
    pub last_login: Option<Timestamp>,
    /// Has every permission.
    pub is_superuser: bool,
    /// Up to 150 letters, digits and `@.+-_`.
    pub username: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// E-mail address.
    pub email: String,
    /// May enter the admin.
    pub is_staff: bool,
    /// May log in at all.
    pub is_active: bool,
    /// When the account was made.
    pub date_joined: Timestamp,
}

/// A user to be made.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = auth_user)]
pub struct NewUser {
    /// The password's hash.
    pub password: String,
    /// Has every permission.
    pub is_superuser: bool,
    /// See [`User::username`].
    pub username: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// E-mail address, its domain in lower case.
    pub email: String,
    /// May enter the admin.
    pub is_staff: bool,
    /// May log in at all.
    pub is_active: bool,
    /// Now.
    pub date_joined: Timestamp,
}

impl User {
    /// The user of this name, exactly.
    pub fn find_by_username(conn: &mut Conn, username: &str) -> Result<Option<Self>> {
        let found = auth_user::table.filter(auth_user::username.eq(username)).select(Self::as_select()).first(conn);
        found.optional().map_err(Into::into)
    }
}

impl NewUser {
    /// A superuser (Django's `create_superuser`).
    pub fn superuser(username: &str, email: &str, password_hash: String) -> Self {
        Self {
            password: password_hash,
            is_superuser: true,
            username: username.to_owned(),
            first_name: String::new(),
            last_name: String::new(),
            email: normalized_email(email),
            is_staff: true,
            is_active: true,
            date_joined: Timestamp::now(),
        }
    }

    /// Makes the user.
    pub fn save(&self, conn: &mut Conn) -> Result<User> {
        diesel::insert_into(auth_user::table).values(self).get_result(conn).map_err(Into::into)
    }
}

/// The name in Unicode's NFKC form, so that names that look the same are the same (Django's `normalize_username`).
pub fn normalized_username(name: &str) -> String {
    name.nfkc().collect()
}

/// The address with the domain part in lower case (Django's `normalize_email`).
fn normalized_email(email: &str) -> String {
    match email.rsplit_once('@') {
        Some((name, domain)) => format!("{name}@{}", domain.to_lowercase()),
        None => email.to_owned(),
    }
}

/// A set of permissions that users can be put in.
#[derive(Debug, Clone, PartialEq, Eq, Identifiable, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = auth_group, treat_none_as_null = true)]
pub struct Group {
    /// Primary key.
    pub id: i32,
    /// Its name.
    pub name: String,
}

/// Something a user may do to a model.
#[derive(Debug, Clone, PartialEq, Eq, Identifiable, Queryable, Selectable)]
#[diesel(table_name = auth_permission)]
pub struct Permission {
    /// Primary key.
    pub id: i32,
    /// `Can add product`
    pub name: String,
    /// The model.
    pub content_type_id: i32,
    /// `add_product`
    pub codename: String,
}
