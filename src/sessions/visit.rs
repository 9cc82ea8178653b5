//! The last use of each session: time, address and browser. The table is our own, because Django's sessions record neither
//! user nor browser.

use actix_web::HttpRequest;
use actix_web::http::header::USER_AGENT;
use chrono::TimeDelta;
use diesel::prelude::*;

use crate::db::{Conn, Lenient, LossyText, Timestamp};
use crate::error::Result;
use crate::http::client_address;
use crate::on_conn;
use crate::schema::{auth_user, django_session, nuages_session};

/// Time after which the visit of the same session is saved again.
const COARSE: TimeDelta = TimeDelta::minutes(5);
/// Time after which the visit is saved again if its address or its browser has changed.
const COARSE_IF_MOVED: TimeDelta = TimeDelta::minutes(1);
const MAX_USER_AGENT: usize = 300;

/// A session with a logged-in user, and where it was last used.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = nuages_session, primary_key(session_key), treat_none_as_null = true)]
pub struct Visit {
    /// The primary key of the session.
    #[diesel(deserialize_as = LossyText)]
    pub session_key: String,
    /// The logged-in user.
    pub user_id: i32,
    /// The time of the login; `None` for a session made by Django, or if the cell cannot be read.
    #[diesel(deserialize_as = Lenient<nuages_session::created_at, Option<Timestamp>>)]
    pub created_at: Option<Timestamp>,
    /// The time of the last request, exact to some minutes; `None` if the cell cannot be read,
    /// until the next visit overwrites it.
    #[diesel(deserialize_as = Lenient<nuages_session::last_seen, Timestamp>, treat_none_as_null = false)]
    pub last_seen: Option<Timestamp>,
    /// The IP address of the last request.
    #[diesel(deserialize_as = LossyText)]
    pub address: String,
    /// The `User-Agent` of the last request.
    #[diesel(deserialize_as = LossyText)]
    pub user_agent: String,
}

/// The address and browser of a request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    address: String,
    user_agent: String,
}

impl Origin {
    /// Returns the origin of `request`.
    pub fn from_request(request: &HttpRequest) -> Self {
        let agent = request
            .headers()
            .get(USER_AGENT)
            .map(|value| String::from_utf8_lossy(value.as_bytes()));
        Self {
            address: client_address(request).to_string(),
            user_agent: agent
                .unwrap_or_default()
                .chars()
                .take(MAX_USER_AGENT)
                .collect(),
        }
    }
}

impl Visit {
    /// Creates the visit of `user_id`, who uses this session now.
    pub fn now(
        session_key: String,
        user_id: i32,
        created_at: Option<Timestamp>,
        origin: Origin,
    ) -> Self {
        let Origin {
            address,
            user_agent,
        } = origin;
        Self {
            session_key,
            user_id,
            created_at,
            last_seen: Some(Timestamp::now()),
            address,
            user_agent,
        }
    }

    /// Returns the visit of `user_id`, who uses the session `key` now, and whether it differs
    /// enough from `known` (the stored visit of this session) to be saved.
    pub fn again(key: String, user_id: i32, known: Option<Self>, origin: Origin) -> (Self, bool) {
        let known = known.filter(|known| known.user_id == user_id);
        let began = known.as_ref().and_then(|known| known.created_at);
        let visit = Self::now(key, user_id, began, origin);
        let is_news = known.is_none_or(|known| visit.is_news_after(&known));
        (visit, is_news)
    }

    fn is_news_after(&self, known: &Self) -> bool {
        let Some((now, before)) = self.last_seen.zip(known.last_seen) else {
            return true;
        };
        let age = now.utc() - before.utc();
        let moved = self.address != known.address || self.user_agent != known.user_agent;
        age > if moved { COARSE_IF_MOVED } else { COARSE }
    }

    /// Saves the row, unless the user no longer exists.
    pub(super) fn save(&self, conn: &mut Conn) -> Result<()> {
        let there = auth_user::table.find(self.user_id).select(auth_user::id);
        if !diesel::select(diesel::dsl::exists(there)).get_result(conn)? {
            return Ok(());
        }
        self.write(conn)
    }

    /// Saves the row without checking that the user exists.
    pub fn write(&self, conn: &mut Conn) -> Result<()> {
        on_conn!(conn, |conn| diesel::insert_into(nuages_session::table)
            .values(self)
            .on_conflict(nuages_session::session_key)
            .do_update()
            .set(self)
            .execute(conn))?;
        Ok(())
    }

    /// Deletes the rows of sessions that no longer exist, and returns their number.
    pub fn delete_orphans(conn: &mut Conn) -> Result<usize> {
        let session = django_session::table
            .filter(django_session::session_key.eq(nuages_session::session_key));
        let orphans = nuages_session::table.filter(diesel::dsl::not(diesel::dsl::exists(session)));
        diesel::delete(orphans).execute(conn).map_err(Into::into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_visit_is_saved_again_after_five_minutes_or_one_minute_from_another_address() {
        let origin = Origin {
            address: "192.0.2.1".to_owned(),
            user_agent: "Firefox".to_owned(),
        };
        let visit = Visit::now("key".to_owned(), 1, None, origin);
        let ago = |minutes: i64, address: &str| {
            let last_seen = visit
                .last_seen
                .map(|time| (time.utc() - TimeDelta::minutes(minutes)).into());
            Visit {
                last_seen,
                address: address.to_owned(),
                ..visit.clone()
            }
        };
        for (minutes, address, is_news) in [
            (4, "192.0.2.1", false),
            (6, "192.0.2.1", true),
            (0, "192.0.2.2", false),
            (2, "192.0.2.2", true),
        ] {
            assert_eq!(
                visit.is_news_after(&ago(minutes, address)),
                is_news,
                "whether a visit is saved {minutes} minutes after one from {address}"
            );
        }
    }
}
