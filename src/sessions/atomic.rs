//! [`Session::atomic`]: changes a session together with rows of the database.

use std::sync::Arc;

use actix_web::web;
use diesel::prelude::*;

use super::codec::{self, Data};
use super::{Session, SessionRow};
use crate::clock;
use crate::db::{Conn, Db, LossyText};
use crate::error::Result;
use crate::on_conn;
use crate::schema::django_session;
use crate::settings::Settings;

/// The result of a transaction.
struct Outcome<T> {
    value: T,
    data: Data,
    /// Whether the row of the session has the data already.
    is_saved: bool,
}

impl Session {
    /// Runs `work` in a transaction with the data of the session. The row of the session is locked and read again first, so
    /// that two requests of one browser do not overwrite each other's changes, and changes of the data are saved in the same
    /// transaction: either the rows that `work` writes and the session are changed, or neither.
    ///
    /// A visitor without a session gets one after the transaction, if `work` has added data.
    ///
    /// ```
    /// use nuages::prelude::*;
    /// use nuages::sessions::Session;
    ///
    /// async fn count_visits(session: &Session, db: &Db, settings: &web::Data<Settings>) -> Result<i64> {
    ///     session
    ///         .atomic(db, settings, |_conn, data| {
    ///             let visits = data.get("visits").and_then(|value| value.as_i64()).unwrap_or(0) + 1;
    ///             data.insert("visits".to_owned(), visits.into());
    ///             Ok(visits)
    ///         })
    ///         .await
    /// }
    /// ```
    pub async fn atomic<T, F>(&self, db: &Db, settings: &web::Data<Settings>, work: F) -> Result<T>
    where
        F: FnOnce(&mut Conn, &mut Data) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        self.load(db, settings).await?;
        let (key, known, is_modified) = {
            let state = self.state();
            (state.key.clone(), state.data.clone(), state.modified)
        };
        let settings = settings.clone().into_inner();

        let outcome = db
            .atomic(move |conn| {
                let stored = match &key {
                    Some(key) => locked(conn, key, &settings)?,
                    None => None,
                };
                // Values that this request has set before are not in the row yet.
                let before = stored.clone().filter(|_| !is_modified).unwrap_or(known);
                let mut data = before.clone();
                let value = work(conn, &mut data)?;
                let is_saved = match (&key, stored) {
                    (Some(key), Some(_)) if !is_modified => {
                        if data != before {
                            save(conn, key, &data, &settings)?;
                        }
                        true
                    }
                    _ => data == before && !is_modified,
                };
                Ok(Outcome {
                    value,
                    data,
                    is_saved,
                })
            })
            .await?;

        let mut state = self.state();
        state.data = outcome.data;
        state.modified |= !outcome.is_saved;
        Ok(outcome.value)
    }
}

/// Locks the row of a session and returns its data; `None` if it does not exist any more.
fn locked(conn: &mut Conn, key: &str, settings: &Arc<Settings>) -> Result<Option<Data>> {
    let row = django_session::table
        .filter(django_session::session_key.eq(key.to_owned()))
        .filter(SessionRow::is_live())
        .select(django_session::session_data);
    let data: Option<LossyText> = match conn {
        Conn::Postgres(conn) => row.for_update().first(conn).optional()?,
        Conn::Sqlite(conn) => row.first(conn).optional()?,
    };
    Ok(data.map(|LossyText(text)| SessionRow::read(&text, settings.secret_keys())))
}

fn save(conn: &mut Conn, key: &str, data: &Data, settings: &Arc<Settings>) -> Result<()> {
    let text = codec::encode(data, &settings.secret_key, clock::now().timestamp());
    let row = django_session::table.find(key.to_owned());
    on_conn!(conn, |conn| diesel::update(row)
        .set(django_session::session_data.eq(text))
        .execute(conn))?;
    Ok(())
}
