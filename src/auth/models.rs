//! Rows of Django's `auth` app.

use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DieselError};

use super::hashers::is_password_usable;
use super::tokens::Subject;
use crate::db::{Conn, Lenient, LossyText, StrictFlag, Timestamp, ilike, like_escaped};
use crate::error::Result;
use crate::schema::{auth_group, auth_permission, auth_user};

/// A user account.
///
/// A row can be loaded whatever its cells contain. A flag that is neither true nor false counts as
/// false, and a password that is not a text matches no password.
#[derive(
    Debug, Clone, PartialEq, Eq, Identifiable, Queryable, Selectable, Insertable, AsChangeset,
)]
#[diesel(table_name = auth_user, treat_none_as_null = true)]
pub struct User {
    /// Primary key.
    pub id: i32,
    /// The hash of the password; see [`hashers`](super::hashers).
    #[diesel(deserialize_as = LossyText)]
    pub password: String,
    /// The time of the last login; `None` also if the cell cannot be read, as in Django.
    #[diesel(deserialize_as = Lenient<auth_user::last_login, Option<Timestamp>>)]
    pub last_login: Option<Timestamp>,
    /// Whether the user has every permission.
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
    /// Whether the user may open the admin.
    #[diesel(deserialize_as = StrictFlag)]
    pub is_staff: bool,
    /// Whether the user may log in.
    #[diesel(deserialize_as = StrictFlag)]
    pub is_active: bool,
    /// When the account was created; `None` if the cell cannot be read.
    #[diesel(deserialize_as = Lenient<auth_user::date_joined, Timestamp>, treat_none_as_null = false)]
    pub date_joined: Option<Timestamp>,
}

/// A user to be inserted.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = auth_user)]
pub struct NewUser {
    /// The hash of the password.
    pub password: String,
    /// Whether the user has every permission.
    pub is_superuser: bool,
    /// See [`User::username`].
    pub username: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// E-mail address, with the domain in lower case.
    pub email: String,
    /// Whether the user may open the admin.
    pub is_staff: bool,
    /// Whether the user may log in.
    pub is_active: bool,
    /// The time of creation.
    pub date_joined: Timestamp,
}

impl User {
    /// Returns a visitor who is not logged in (Django's `AnonymousUser`). No row has the primary key 0.
    pub fn anonymous() -> Self {
        Self {
            id: 0,
            password: String::new(),
            last_login: None,
            is_superuser: false,
            username: String::new(),
            first_name: String::new(),
            last_name: String::new(),
            email: String::new(),
            is_staff: false,
            is_active: false,
            date_joined: None,
        }
    }

    /// Returns a short name for display (Django's `get_short_name`), or the user name if that is
    /// empty.
    pub fn short_name(&self) -> &str {
        let name = self.first_name.trim();
        if name.is_empty() {
            &self.username
        } else {
            name
        }
    }

    /// Returns the users with these primary keys.
    pub(crate) fn with_ids(conn: &mut Conn, ids: &[i32]) -> Result<Vec<Self>> {
        let users = auth_user::table
            .filter(auth_user::id.eq_any(ids))
            .select(Self::as_select());
        Ok(users.load(conn)?)
    }

    /// Returns the user with exactly this name.
    pub fn find_by_username(conn: &mut Conn, username: &str) -> Result<Option<Self>> {
        let user = auth_user::table
            .filter(auth_user::username.eq(username))
            .select(Self::as_select())
            .first(conn);
        user.optional().map_err(Into::into)
    }

    /// Returns the user with this primary key.
    pub fn find(conn: &mut Conn, id: i32) -> Result<Option<Self>> {
        auth_user::table
            .find(id)
            .select(Self::as_select())
            .first(conn)
            .optional()
            .map_err(Into::into)
    }

    /// Returns the active users with a password who have this address, ignoring case (Django's
    /// `get_users`).
    pub fn who_may_reset(conn: &mut Conn, email: &str) -> Result<Vec<Self>> {
        let users: Vec<Self> = auth_user::table
            .filter(ilike(auth_user::email, like_escaped(email)))
            .filter(auth_user::is_active.eq(true))
            .select(Self::as_select())
            .load(conn)?;
        // Mail cannot be delivered to an address that is not UTF-8.
        let may_reset =
            |user: &Self| is_password_usable(&user.password) && !user.email.contains('\u{FFFD}');
        Ok(users.into_iter().filter(may_reset).collect())
    }

    /// Saves the fields that users may change in their own profile.
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

    /// Returns the columns that a reset token depends on.
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
    /// Creates a superuser (Django's `create_superuser`).
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

    /// Creates a user who signed up.
    pub fn customer(username: &str, email: &str, password_hash: String) -> Self {
        Self {
            is_superuser: false,
            is_staff: false,
            ..Self::superuser(username, email, password_hash)
        }
    }

    /// Whether `name` follows Django's rule: letters, digits and `@.+-_`, at most 150.
    pub fn is_valid_username(name: &str) -> bool {
        let plain = |c: char| c.is_alphanumeric() || "@.+-_".contains(c);
        !name.is_empty() && name.chars().count() <= 150 && name.chars().all(plain)
    }

    /// Whether a user has this name, ignoring case.
    pub fn is_taken(conn: &mut Conn, username: &str) -> Result<bool> {
        let same = auth_user::table.filter(ilike(auth_user::username, like_escaped(username)));
        diesel::select(diesel::dsl::exists(same))
            .get_result(conn)
            .map_err(Into::into)
    }

    /// Inserts the user, unless the name is taken (ignoring case).
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

    /// Inserts the user.
    pub fn save(&self, conn: &mut Conn) -> Result<User> {
        diesel::insert_into(auth_user::table)
            .values(self)
            .get_result(conn)
            .map_err(Into::into)
    }
}

/// Returns the address with its domain in lower case (Django's `normalize_email`).
pub fn normalized_email(email: &str) -> String {
    match email.rsplit_once('@') {
        Some((name, domain)) => format!("{name}@{}", domain.to_lowercase()),
        None => email.to_owned(),
    }
}

/// A set of permissions for its member users.
#[derive(
    Debug, Clone, PartialEq, Eq, Identifiable, Queryable, Selectable, Insertable, AsChangeset,
)]
#[diesel(table_name = auth_group, treat_none_as_null = true)]
pub struct Group {
    /// Primary key.
    pub id: i32,
    /// Name.
    #[diesel(deserialize_as = LossyText)]
    pub name: String,
}

/// The permission to do something to a model.
#[derive(Debug, Clone, PartialEq, Eq, Identifiable, Queryable, Selectable)]
#[diesel(table_name = auth_permission)]
pub struct Permission {
    /// Primary key.
    pub id: i32,
    /// `Can add product`
    #[diesel(deserialize_as = LossyText)]
    pub name: String,
    /// Content type of the model.
    pub content_type_id: i32,
    /// `add_product`
    #[diesel(deserialize_as = LossyText)]
    pub codename: String,
}
