//! [`IdempotencyKey`]: a request that is sent twice writes once.
//!
//! The transaction that writes first inserts the key, then writes, and stores its answer. A second request with the same key
//! waits for that transaction, and gets the same answer. Of a request that failed nothing remains, so that it can be sent
//! again. The table holds a keyed hash of the key.

use actix_web::http::StatusCode;
use chrono::TimeDelta;
use diesel::dsl::not;
use diesel::prelude::*;

use super::answer::Written;
use super::caller::Caller;
use crate::clock;
use crate::db::{Conn, LossyText, Timestamp, is_after};
use crate::error::{Error, Problem, Result};
use crate::on_conn;
use crate::schema::nuages_idempotency_key as idempotency_key;
use crate::signing::{b64_encode, salted_hmac};

/// The time that an answer is kept.
const KEPT: TimeDelta = TimeDelta::days(1);
/// One in this many claims deletes old rows.
const TIDIES: u32 = 64;
/// The longest key.
const LONGEST: usize = 255;

/// The header `Idempotency-Key` of a request.
#[derive(Debug, Clone)]
pub(super) struct IdempotencyKey {
    key: String,
    user_id: i32,
    digest: String,
}

impl IdempotencyKey {
    /// Reads the header of a request. `content` returns bytes that differ for different bodies. It is called only if the
    /// request has a key, because it reads all uploaded files.
    pub(super) fn of(
        caller: &Caller,
        content: impl FnOnce() -> Result<Vec<u8>>,
    ) -> Result<Option<Self>> {
        let Some(text) = caller.header("Idempotency-Key") else {
            return Ok(None);
        };
        if text.is_empty() || text.len() > LONGEST {
            let text = format!("The Idempotency-Key must have 1 to {LONGEST} characters.");
            return Err(Problem::new(StatusCode::BAD_REQUEST, text).into());
        }

        let keyed = |bytes: &[u8]| {
            let secret = caller.settings.secret_key.reveal();
            b64_encode(&salted_hmac("nuages.api.idempotency", bytes, secret))
        };
        let user_id = caller.actor.user.id;
        let request = [caller.http.method().as_str(), caller.http.path()].join(" ");
        Ok(Some(Self {
            key: keyed(format!("{user_id}\0{text}").as_bytes()),
            user_id,
            digest: keyed(&[request.as_bytes(), b"\0", content()?.as_slice()].concat()),
        }))
    }

    /// Runs `write` in the transaction that writes, unless the request with this key was made before. Returns the answer.
    pub(super) fn once(
        key: Option<&Self>,
        conn: &mut Conn,
        write: impl FnOnce(&mut Conn) -> Result<Written>,
    ) -> Result<Written> {
        let Some(key) = key else {
            return write(conn);
        };
        if let Some(answer) = key.claim(conn)? {
            return Ok(answer);
        }
        let answer = write(conn)?;
        key.finish(conn, &answer)?;
        Ok(answer)
    }

    /// Claims the key in the transaction that writes. Waits for another transaction that has claimed it. Returns the answer
    /// if the request was made before.
    fn claim(&self, conn: &mut Conn) -> Result<Option<Written>> {
        if rand::random::<u32>().is_multiple_of(TIDIES) {
            delete_old(conn)?;
        }
        let before = Timestamp::from(clock::now() - KEPT);
        let is_old = not(is_after(idempotency_key::made_at, before));
        diesel::delete(
            idempotency_key::table
                .filter(idempotency_key::key.eq(&self.key))
                .filter(is_old),
        )
        .execute(conn)?;
        let row = (
            idempotency_key::key.eq(&self.key),
            idempotency_key::user_id.eq(self.user_id),
            idempotency_key::made_at.eq(Timestamp::now()),
            idempotency_key::digest.eq(&self.digest),
            idempotency_key::answer.eq(""),
        );
        let inserted = on_conn!(conn, |conn| diesel::insert_into(idempotency_key::table)
            .values(row)
            .on_conflict_do_nothing()
            .execute(conn))?;
        if inserted > 0 {
            return Ok(None);
        }
        self.answer(conn).map(Some)
    }

    /// Returns the answer that was stored, unless the request had other content.
    fn answer(&self, conn: &mut Conn) -> Result<Written> {
        let row = idempotency_key::table
            .find(&self.key)
            .select((idempotency_key::digest, idempotency_key::answer));
        let row: Option<(LossyText, LossyText)> = row.first(conn).optional()?;
        let (LossyText(digest), LossyText(answer)) = row.ok_or(Error::Busy)?;
        if digest != self.digest {
            let text = "This Idempotency-Key was sent with another request before.";
            return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, text).into());
        }
        serde_json::from_str(&answer).map_err(|_| {
            let text = "The first request with this Idempotency-Key is still running.";
            Problem::new(StatusCode::CONFLICT, text).into()
        })
    }

    /// Stores the answer, in the transaction that claimed the key.
    fn finish(&self, conn: &mut Conn, answer: &Written) -> Result<()> {
        let answer = serde_json::to_string(answer).map_err(std::io::Error::other)?;
        diesel::update(idempotency_key::table.find(&self.key))
            .set(idempotency_key::answer.eq(answer))
            .execute(conn)?;
        Ok(())
    }
}

/// Deletes answers that are older than a day, and returns their number. Part of `clearsessions`.
pub(crate) fn delete_old(conn: &mut Conn) -> Result<usize> {
    let before = Timestamp::from(clock::now() - KEPT);
    let old = idempotency_key::table.filter(not(is_after(idempotency_key::made_at, before)));
    Ok(diesel::delete(old).execute(conn)?)
}
