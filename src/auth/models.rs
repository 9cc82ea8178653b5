//! Rows of Django's `auth` app.

use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DieselError};

use super::hashers::is_password_usable;
use super::tokens::Subject;
use crate::db::{Conn, Lenient, LossyText, StrictFlag, Timestamp, ilike, like_escaped};
use crate::error::Result;
use crate::schema::{auth_group, auth_permission, auth_user};

/// Someone who can log in.
///
/// A row is read whatever its cells hold. A flag that is neither true nor false is not set, and a password that is not a text
/// fits nothing.
#[derive(
    Debug, Clone, PartialEq, Eq, Identifiable, Queryable, Selectable, Insertable, AsChangeset,
)]
#[diesel(table_name = auth_user, treat_none_as_null = true)]
pub struct User {
    /// Primary key.
    pub id: i32,
    /// The password's hash; see [`hashers`](super::hashers).
    #[diesel(deserialize_as = LossyText)]
    pub password: String,
    /// When they last logged in; `None` also if the cell cannot be read, as in Django.
    #[diesel(deserialize_as = Lenient<auth_user::last_login, Option<Timestamp>>)]
    pub last_login: Option<Timestamp>,
    /// Has every permission.
    #[diesel(deserialize_as = StrictFlag)]
    pub is_superuser: bool,
    /// Up to 150 letters, digits and `@.+-_`.
    #[diesel(deserialize_as = LossyText)]
    pub username: String,
    /// First name.
    #[diesel(deserialize_as = LossyText)]
    pub first_name: String,
    /// Last name.
    #[diesel(deserialize_as = LossyText)]
    pub last_name: String,
    /// E-mail address.
    #[diesel(deserialize_as = LossyText)]
    pub email: String,
    /// May enter the admin.
    #[diesel(deserialize_as = StrictFlag)]
    pub is_staff: bool,
    /// May log in at all.
    #[diesel(deserialize_as = StrictFlag)]
    pub is_active: bool,
    /// When the account was made; `None` if the cell cannot be read.
    #[diesel(deserialize_as = Lenient<auth_user::date_joined, Timestamp>, treat_none_as_null = false)]
    pub date_joined: Option<Timestamp>,
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
    /// What they are called where there is little room (Django's `get_short_name`, or else the user name).
    pub fn short_name(&self) -> &str {
        let name = self.first_name.trim();
        if name.is_empty() {
            &self.username
        } else {
            name
        }
    }

    /// The user of this name, exactly.
    pub fn find_by_username(conn: &mut Conn, username: &str) -> Result<Option<Self>> {
        let found = auth_user::table
            .filter(auth_user::username.eq(username))
            .select(Self::as_select())
            .first(conn);
        found.optional().map_err(Into::into)
    }

    /// The user with this primary key.
    pub fn find(conn: &mut Conn, id: i32) -> Result<Option<Self>> {
        auth_user::table
            .find(id)
            .select(Self::as_select())
            .first(conn)
            .optional()
            .map_err(Into::into)
    }

    /// Active users with a password who have this address, but for case (Django's `get_users`).
    pub fn who_may_reset(conn: &mut Conn, email: &str) -> Result<Vec<Self>> {
        let found: Vec<Self> = auth_user::table
            .filter(ilike(auth_user::email, like_escaped(email)))
            .filter(auth_user::is_active.eq(true))
            .select(Self::as_select())
            .load(conn)?;
        // Nobody can receive mail at an address that is not UTF-8.
        let may_reset =
            |user: &Self| is_password_usable(&user.password) && !user.email.contains('\u{FFFD}');
        Ok(found.into_iter().filter(may_reset).collect())
    }

    /// Writes what a user may change of themselves.
    pub fn set_profile(
        conn: &mut Conn,
        id: i32,
        first: &str,
        last: &str,
        email: &str,
    ) -> Result<()> {
        let values = (
            auth_user::first_name.eq(first),
            auth_user::last_name.eq(last),
            auth_user::email.eq(normalized_email(email)),
        );
        diesel::update(auth_user::table.find(id))
            .set(values)
            .execute(conn)?;
        Ok(())
    }

    /// What a reset token is about.
    pub fn token_subject(&self) -> Subject<'_> {
        Subject {
            pk: self.id,
            password: &self.password,
            last_login: self.last_login.map(Timestamp::utc),
            email: &self.email,
        }
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

    /// Someone who signed up.
    pub fn customer(username: &str, email: &str, password_hash: String) -> Self {
        Self {
            is_superuser: false,
            is_staff: false,
            ..Self::superuser(username, email, password_hash)
        }
    }

    /// Django's rule: letters, digits and `@.+-_`, at most 150.
    pub fn is_valid_username(name: &str) -> bool {
        let plain = |c: char| c.is_alphanumeric() || "@.+-_".contains(c);
        !name.is_empty() && name.chars().count() <= 150 && name.chars().all(plain)
    }

    /// Whether somebody has this name, in whatever case.
    pub fn is_taken(conn: &mut Conn, username: &str) -> Result<bool> {
        let same = auth_user::table.filter(ilike(auth_user::username, like_escaped(username)));
        diesel::select(diesel::dsl::exists(same))
            .get_result(conn)
            .map_err(Into::into)
    }

    /// Makes the user, unless somebody has the name, in whatever case.
    pub fn save_if_free(&self, conn: &mut Conn) -> Result<Option<User>> {
        if Self::is_taken(conn, &self.username)? {
            return Ok(None);
        }
        match diesel::insert_into(auth_user::table)
            .values(self)
            .get_result(conn)
        {
            Ok(user) => Ok(Some(user)),
            Err(DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Makes the user.
    pub fn save(&self, conn: &mut Conn) -> Result<User> {
        diesel::insert_into(auth_user::table)
            .values(self)
            .get_result(conn)
            .map_err(Into::into)
    }
}

/// The address with the domain part in lower case (Django's `normalize_email`).
pub fn normalized_email(email: &str) -> String {
    match email.rsplit_once('@') {
        Some((name, domain)) => format!("{name}@{}", domain.to_lowercase()),
        None => email.to_owned(),
    }
}

/// A set of permissions that users can be put in.
#[derive(
    Debug, Clone, PartialEq, Eq, Identifiable, Queryable, Selectable, Insertable, AsChangeset,
)]
#[diesel(table_name = auth_group, treat_none_as_null = true)]
pub struct Group {
    /// Primary key.
    pub id: i32,
    /// Its name.
    #[diesel(deserialize_as = LossyText)]
    pub name: String,
}

/// Something a user may do to a model.
#[derive(Debug, Clone, PartialEq, Eq, Identifiable, Queryable, Selectable)]
#[diesel(table_name = auth_permission)]
pub struct Permission {
    /// Primary key.
    pub id: i32,
    /// `Can add product`
    #[diesel(deserialize_as = LossyText)]
    pub name: String,
    /// The model.
    pub content_type_id: i32,
    /// `add_product`
    #[diesel(deserialize_as = LossyText)]
    pub codename: String,
}
