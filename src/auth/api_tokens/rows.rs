//! The table of tokens.

use chrono::TimeDelta;
use diesel::prelude::*;

use super::{generate, hash};
use crate::auth::User;
use crate::clock;
use crate::db::{Conn, Lenient, LossyText, StrictFlag, Timestamp};
use crate::error::Result;
use crate::on_conn;
use crate::schema::{auth_user, nuages_api_token as api_token};

/// Time after which another use of a token is noted.
const NOTED_AFTER: TimeDelta = TimeDelta::minutes(5);

/// A token of a user, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = api_token)]
pub struct ApiToken {
    /// Primary key.
    pub id: i64,
    /// The user.
    pub user_id: i32,
    /// The name that the user gave it.
    #[diesel(deserialize_as = LossyText)]
    pub name: String,
    /// Whether the token may only read.
    #[diesel(deserialize_as = StrictFlag)]
    is_read_only: bool,
    /// When it was made.
    #[diesel(deserialize_as = Lenient<api_token::created_at, Timestamp>)]
    pub created_at: Option<Timestamp>,
    /// When it expires; `None` if it does not expire.
    #[diesel(deserialize_as = Lenient<api_token::expires_at, Option<Timestamp>>)]
    pub expires_at: Option<Timestamp>,
    /// When it was last used; noted every few minutes.
    #[diesel(deserialize_as = Lenient<api_token::last_used_at, Option<Timestamp>>)]
    pub last_used_at: Option<Timestamp>,
}

/// A token that is to be made.
///
/// ```no_run
/// use nuages::auth::User;
/// use nuages::auth::api_tokens::NewApiToken;
/// use nuages::db::Conn;
/// use nuages::error::Result;
///
/// fn token_for(conn: &mut Conn, user: &User) -> Result<String> {
///     NewApiToken::new("nightly import").days(30).create(conn, user)
/// }
/// ```
#[derive(Debug, Clone)]
pub struct NewApiToken {
    name: String,
    is_read_only: bool,
    days: Option<i64>,
}

impl NewApiToken {
    /// Creates a token with this name, which can write and does not expire.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            is_read_only: false,
            days: None,
        }
    }

    /// Makes it a token that can only read, if `yes`.
    #[must_use]
    pub fn read_only(mut self, yes: bool) -> Self {
        self.is_read_only = yes;
        self
    }

    /// Sets the number of days after which it expires.
    #[must_use]
    pub fn days(mut self, days: impl Into<Option<i64>>) -> Self {
        self.days = days.into();
        self
    }

    /// Stores the hash of a new token of `user`, and returns the token, which nobody can read again.
    pub fn create(self, conn: &mut Conn, user: &User) -> Result<String> {
        let token = generate();
        let now = clock::now();
        let expires: Option<Timestamp> = self
            .days
            .and_then(TimeDelta::try_days)
            .and_then(|days| now.checked_add_signed(days))
            .map(Into::into);

        let row = (
            api_token::user_id.eq(user.id),
            api_token::name.eq(self.name),
            api_token::hash.eq(hash(&token)),
            api_token::is_read_only.eq(self.is_read_only),
            api_token::created_at.eq(Timestamp::from(now)),
            api_token::expires_at.eq(expires),
        );
        diesel::insert_into(api_token::table)
            .values(row)
            .execute(conn)?;
        Ok(token)
    }
}

impl ApiToken {
    /// Whether the token can write.
    pub fn may_write(&self) -> bool {
        !self.is_read_only
    }

    /// Whether the token has expired.
    pub fn has_expired(&self) -> bool {
        self.expires_at.is_some_and(|end| end <= Timestamp::now())
    }

    /// Returns the tokens of `user`, the newest first.
    pub fn of_user(conn: &mut Conn, user: &User) -> Result<Vec<Self>> {
        let tokens = api_token::table
            .filter(api_token::user_id.eq(user.id))
            .order(api_token::id.desc());
        Ok(on_conn!(conn, |conn| tokens
            .select(Self::as_select())
            .load(conn))?)
    }

    /// Revokes the token `id` of `user`. Returns its name, or `None` if the user has no such token.
    pub fn revoke(conn: &mut Conn, user: &User, id: i64) -> Result<Option<String>> {
        let own = api_token::table
            .filter(api_token::id.eq(id))
            .filter(api_token::user_id.eq(user.id));
        let name: Option<LossyText> = own.select(api_token::name).first(conn).optional()?;
        diesel::delete(own).execute(conn)?;
        Ok(name.map(|LossyText(name)| name))
    }

    /// Returns the token with this text and its user, unless the token has expired or the user is inactive.
    pub(super) fn find(conn: &mut Conn, text: &str) -> Result<Option<(Self, User)>> {
        let tokens = api_token::table
            .inner_join(auth_user::table)
            .filter(api_token::hash.eq(hash(text)));
        let token_and_user: QueryResult<(Self, User)> = on_conn!(conn, |conn| tokens
            .select((Self::as_select(), User::as_select()))
            .first(conn));
        let token_and_user = token_and_user.optional()?;
        Ok(token_and_user.filter(|(token, user)| user.is_active && !token.has_expired()))
    }

    /// Whether this use is to be noted.
    pub(super) fn is_use_news(&self) -> bool {
        let before = Timestamp::from(clock::now() - NOTED_AFTER);
        self.last_used_at.is_none_or(|last| last < before)
    }

    /// Notes that the token `id` was used now.
    pub(super) fn note_use(conn: &mut Conn, id: i64) -> Result<()> {
        diesel::update(api_token::table.find(id))
            .set(api_token::last_used_at.eq(Timestamp::now()))
            .execute(conn)?;
        Ok(())
    }

    /// Deletes the tokens that expired a month ago, and returns their number. Part of `clearsessions`.
    pub fn delete_expired(conn: &mut Conn) -> Result<usize> {
        let before = Timestamp::from(clock::now() - TimeDelta::days(30));
        Ok(
            diesel::delete(api_token::table.filter(api_token::expires_at.lt(before)))
                .execute(conn)?,
        )
    }
}
