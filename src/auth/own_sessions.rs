//! The sessions in which a user is logged in, whether made by Nuages or by Django.
//!
//! Django's table records neither the user nor the address of a session. Sessions that were used in
//! Nuages are found by their [`Visit`]s. The others must be decoded: at most some thousands,
//! starting with those that expire first. See ADR 11.

use diesel::dsl::{exists, not};
use diesel::prelude::*;

use super::User;
use super::visitor::is_of;
use crate::db::{Conn, LossyText, Timestamp};
use crate::error::Result;
use crate::schema::{django_session, nuages_session};
use crate::sessions::{SessionRow, Visit, codec};
use crate::settings::{SecretKey, Settings};
use crate::signing::{constant_time_eq, hex, salted_hmac};

/// Numbers of sessions without a visit that are decoded in total and in one query. All of them take 0.3 s
/// in a debug build.
const LOOKED_INTO: usize = 10_000;
const CHUNK: usize = 500;
/// Number of sessions with a visit that are listed, which is more than anybody reads.
const SHOWN: usize = 100;

/// A session in which a user is logged in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnSession {
    key: String,
    /// The last use of the session; `None` if it was never used in Nuages.
    pub visit: Option<Visit>,
    /// When the session expires.
    pub expires: Timestamp,
}

/// The sessions of a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnSessions {
    /// The sessions: first those used last, then those never used in Nuages.
    pub list: Vec<OwnSession>,
    /// Whether all sessions of the database were examined.
    pub is_complete: bool,
}

impl OwnSession {
    /// Returns a text that identifies the session in a page without revealing its key.
    pub fn mark(&self, secret: &SecretKey) -> String {
        mark(&self.key, secret)
    }

    /// Whether this session has the given key.
    pub fn has_key(&self, key: Option<&str>) -> bool {
        key.is_some_and(|key| constant_time_eq(key.as_bytes(), self.key.as_bytes()))
    }
}

fn mark(key: &str, secret: &SecretKey) -> String {
    hex(&salted_hmac("nuages.auth.own_sessions", key.as_bytes(), secret.reveal())[..16])
}

impl OwnSessions {
    /// Finds the sessions of `user` that are valid: not expired, signed by this site, and made for
    /// the current password.
    pub fn load(conn: &mut Conn, user: &User, settings: &Settings) -> Result<Self> {
        let (mut list, all_visited) = visited(conn, user, settings)?;
        let (others, all_others) = unvisited(conn, user, settings)?;
        list.extend(others);
        Ok(Self {
            list,
            is_complete: all_visited && all_others,
        })
    }

    /// Ends the session with this [`mark`](OwnSession::mark), and returns whether there was one.
    pub fn end(conn: &mut Conn, user: &User, settings: &Settings, marked: &str) -> Result<bool> {
        let is_it = |session: &OwnSession| {
            settings
                .secret_keys()
                .any(|key| constant_time_eq(session.mark(key).as_bytes(), marked.as_bytes()))
        };
        match Self::load(conn, user, settings)?
            .list
            .into_iter()
            .find(is_it)
        {
            Some(session) => Ok(delete(conn, &session.key)? > 0),
            None => Ok(false),
        }
    }

    /// Deletes the sessions of a user that were used in Nuages, except `kept`. Call it after the
    /// hash of the password has changed: those sessions have ended, and their rows are no longer
    /// needed.
    pub fn sweep(conn: &mut Conn, user_id: i32, kept: Option<&str>) -> Result<()> {
        let own = nuages_session::table
            .filter(nuages_session::user_id.eq(user_id))
            .select(nuages_session::session_key);
        for LossyText(key) in own
            .load(conn)?
            .iter()
            .filter(|LossyText(key)| Some(key.as_str()) != kept)
        {
            delete(conn, key)?;
        }
        Ok(())
    }
}

fn delete(conn: &mut Conn, key: &str) -> Result<usize> {
    diesel::delete(nuages_session::table.find(key)).execute(conn)?;
    diesel::delete(django_session::table.find(key))
        .execute(conn)
        .map_err(Into::into)
}

fn decoded(
    row: SessionRow,
    visit: Option<Visit>,
    user: &User,
    settings: &Settings,
) -> Option<OwnSession> {
    let (data, _) = codec::decode(&row.session_data, settings.secret_keys()).ok()?;
    is_of(&data, user, settings).then_some(OwnSession {
        key: row.session_key,
        visit,
        expires: row.expire_date,
    })
}

/// Returns the sessions with a visit, and whether the list is complete.
fn visited(conn: &mut Conn, user: &User, settings: &Settings) -> Result<(Vec<OwnSession>, bool)> {
    let visited: Vec<(SessionRow, Visit)> = django_session::table
        .inner_join(
            nuages_session::table.on(nuages_session::session_key.eq(django_session::session_key)),
        )
        .filter(nuages_session::user_id.eq(user.id))
        .filter(SessionRow::is_live())
        .order((
            nuages_session::last_seen.desc(),
            nuages_session::session_key,
        ))
        .limit(rows(SHOWN))
        .select((SessionRow::as_select(), Visit::as_select()))
        .load(conn)?;
    let is_complete = visited.len() < SHOWN;
    Ok((
        visited
            .into_iter()
            .filter_map(|(row, visit)| decoded(row, Some(visit), user, settings))
            .collect(),
        is_complete,
    ))
}

fn rows(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Returns the sessions without a visit, and whether all sessions were examined.
fn unvisited(conn: &mut Conn, user: &User, settings: &Settings) -> Result<(Vec<OwnSession>, bool)> {
    let mut sessions = Vec::new();
    let mut after: Option<(Timestamp, String)> = None;
    for _ in 0..LOOKED_INTO / CHUNK {
        let visit = nuages_session::table
            .filter(nuages_session::session_key.eq(django_session::session_key));
        let mut query = django_session::table
            .filter(SessionRow::is_live())
            .filter(not(exists(visit)))
            .order((
                django_session::expire_date.desc(),
                django_session::session_key,
            ))
            .limit(rows(CHUNK))
            .select(SessionRow::as_select())
            .into_boxed();
        if let Some((end, key)) = &after {
            let further = django_session::expire_date
                .lt(end)
                .or(django_session::session_key.gt(key));
            query = query
                .filter(django_session::expire_date.le(end))
                .filter(further);
        }
        let rows: Vec<SessionRow> = query.load(conn)?;
        let is_last = rows.len() < CHUNK;
        after = rows
            .last()
            .map(|row| (row.expire_date, row.session_key.clone()));
        sessions.extend(
            rows.into_iter()
                .filter_map(|row| decoded(row, None, user, settings)),
        );
        if is_last {
            return Ok((sessions, true));
        }
    }
    Ok((sessions, false))
}
