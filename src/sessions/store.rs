//! Rows of `django_session`.

use chrono::{DateTime, Utc};
use diesel::dsl::not;
use diesel::prelude::*;
use log::Level;

use super::codec::Data;
use super::{Origin, Session as Handle, Visit, codec, decoded_cache};
use crate::clock;
use crate::db::{Conn, IsAfter, LossyText, Timestamp, is_after};
use crate::error::{Error, Result};
use crate::logging;
use crate::models::{Description, Model};
use crate::schema::{django_session, nuages_session};
use crate::settings::SecretKey;

/// A row of `django_session`.
#[derive(Debug, Clone, PartialEq, Eq, Identifiable, Queryable, Selectable, Insertable)]
#[diesel(table_name = django_session, primary_key(session_key))]
pub struct SessionRow {
    /// 32 characters, as in the cookie.
    #[diesel(deserialize_as = LossyText)]
    pub session_key: String,
    /// Signed JSON.
    #[diesel(deserialize_as = LossyText)]
    pub session_data: String,
    /// When the session expires. [`SessionRow::is_live`] excludes rows whose date cannot be read.
    pub expire_date: Timestamp,
}

impl Model for SessionRow {
    fn describe(it: Description<Self>) -> Description<Self> {
        it.label("sessions.Session")
            .field(django_session::session_key, |field| {
                field.max_length(40).verbose_name("session key")
            })
            .field(django_session::session_data, |field| {
                field.verbose_name("session data")
            })
            .field(django_session::expire_date, |field| {
                field.verbose_name("expire date")
            })
    }
}

impl SessionRow {
    /// Returns the SQL condition of sessions that have not expired. An `expire_date` that cannot be
    /// read counts as expired.
    pub fn is_live() -> IsAfter<django_session::expire_date> {
        is_after(django_session::expire_date, Timestamp::now())
    }

    /// Returns the data of the session `key`, if it has not expired.
    pub fn find<'k>(
        conn: &mut Conn,
        key: &str,
        keys: impl Iterator<Item = &'k SecretKey> + Clone,
    ) -> Result<Option<Data>> {
        let data: Option<LossyText> = django_session::table
            .filter(django_session::session_key.eq(key))
            .filter(Self::is_live())
            .select(django_session::session_data)
            .first(conn)
            .optional()?;
        Ok(data.map(|LossyText(text)| Self::read(&text, keys)))
    }

    /// Returns the data of a row. Data that cannot be read or has no valid signature counts as
    /// empty.
    pub fn read<'k>(session_data: &str, keys: impl Iterator<Item = &'k SecretKey> + Clone) -> Data {
        if let Some(data) = decoded_cache::find(session_data, keys.clone()) {
            return data;
        }
        if let Ok((data, _)) = codec::decode(session_data, keys.clone()) {
            decoded_cache::keep(session_data, keys, &data);
            return data;
        }
        logging::security(Level::Warn, "session_corrupted", &[]);
        Data::new()
    }

    /// Deletes expired rows (`clearsessions`) and returns their number.
    pub fn delete_expired(conn: &mut Conn) -> Result<usize> {
        let expired = django_session::table.filter(not(Self::is_live()));
        diesel::delete(expired).execute(conn).map_err(Into::into)
    }
}

/// The writes that a request has left to do.
pub(super) struct Changes {
    dropped: Vec<String>,
    row: Option<(bool, SessionRow)>,
    visit: Option<Visit>,
}

impl Changes {
    /// Returns the changes of `session`, and gives the session a key if it needs one.
    pub(super) fn from_session(
        session: &Handle,
        expires: DateTime<Utc>,
        key: &SecretKey,
        origin: Origin,
    ) -> Self {
        let mut state = session.state();
        let dropped = std::mem::take(&mut state.dropped);
        if state.data.is_empty() && state.key.is_none() {
            return Self {
                dropped,
                row: None,
                visit: None,
            };
        }
        let is_new = state.key.is_none();
        let session_key = state.key.get_or_insert_with(new_key).clone();
        let session_data = codec::encode(&state.data, key, clock::now().timestamp());
        let user = state.user.filter(|_| is_new);
        let visit =
            user.map(|(user_id, began)| Visit::now(session_key.clone(), user_id, began, origin));
        let row = SessionRow {
            session_key,
            session_data,
            expire_date: expires.into(),
        };
        Self {
            dropped,
            row: Some((is_new, row)),
            visit,
        }
    }

    /// Writes the changes. Call it in a transaction.
    pub(super) fn write(self, conn: &mut Conn) -> Result<()> {
        for key in self.dropped {
            diesel::delete(django_session::table.find(&key)).execute(conn)?;
            diesel::delete(nuages_session::table.find(&key)).execute(conn)?;
        }
        let Some((is_new, row)) = self.row else {
            return Ok(());
        };
        if is_new {
            diesel::insert_into(django_session::table)
                .values(row)
                .execute(conn)?;
            return self.visit.map_or(Ok(()), |visit| visit.save(conn));
        }
        let values = (
            django_session::session_data.eq(row.session_data),
            django_session::expire_date.eq(row.expire_date),
        );
        // Another request logged the user out meanwhile: this one must not restore the session.
        match diesel::update(django_session::table.find(row.session_key))
            .set(values)
            .execute(conn)?
        {
            0 => Err(Error::BadRequest(
                "the session was deleted while the request was being answered".to_owned(),
            )),
            _ => Ok(()),
        }
    }
}

/// Returns a random key of 32 lower-case letters and digits.
fn new_key() -> String {
    crate::signing::random_string_of(b"abcdefghijklmnopqrstuvwxyz0123456789", 32)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_session_of_one_key_is_not_read_with_another() {
        let [key, other] = ["x", "y"].map(|letter| SecretKey::new(letter.repeat(50)));
        let data = json!({"a": 1}).as_object().unwrap().clone();
        let text = codec::encode(&data, &key, 1_700_000_000);
        for _ in 0..2 {
            assert_eq!(SessionRow::read(&text, [&key].into_iter()), data);
            assert_eq!(SessionRow::read(&text, [&other].into_iter()), Data::new());
            assert_eq!(SessionRow::read(&text, [&other, &key].into_iter()), data);
        }
        let forged = text.replacen('e', "f", 1);
        assert_eq!(SessionRow::read(&forged, [&key].into_iter()), Data::new());
    }
}
