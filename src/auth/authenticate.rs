//! Whether a name and a password are those of a user.

use actix_web::web;
use diesel::prelude::*;

use super::hash_pool::{self, Turn};
use super::hashers::Hasher;
use super::{User, normalize};
use crate::db::{Conn, Db};
use crate::error::{Error, Result};
use crate::schema::auth_user;

/// The active user with this name and password (Django's `authenticate`).
///
/// For a try from outside take [`login_attempt`](super::login_attempt()), which slows down who guesses.
///
/// An unknown name costs as much time as a wrong password. A hash that `hasher` would not make
/// today, because it is another's or cheaper, is renewed.
pub async fn authenticate(hasher: Hasher, db: &web::Data<Db>, username: &str, password: &str) -> Result<Option<User>> {
    authenticate_in_turn(&hash_pool::turn().await?, hasher, db, username, password).await
}

/// [`authenticate`], its turn to make a hash having come.
pub(super) async fn authenticate_in_turn(
    turn: &Turn,
    hasher: Hasher,
    db: &web::Data<Db>,
    username: &str,
    password: &str,
) -> Result<Option<User>> {
    let name = normalize::username(username);
    let found = db.run(move |conn| User::find_by_username(conn, &name)).await?;
    let password = password.to_owned();
    let Some(mut user) = found else {
        turn.run(move || hasher.waste_time(&password)).await?;
        return Ok(None);
    };
    let stored = user.password.clone();
    let check_and_renew = move || {
        let check = hasher.check(&password, &stored);
        (check.correct, (check.correct && check.must_update).then(|| hasher.encode(&password)))
    };
    let (correct, renewed) = turn.run(check_and_renew).await?;
    if !correct || !user.is_active {
        return Ok(None);
    }
    if let Some(hash) = renewed {
        user.password = hash.clone();
        let id = user.id;
        db.write(move |conn| set_password(conn, id, &hash)).await?;
    }
    Ok(Some(user))
}

/// Writes a hash that was made by [`hash_password`](super::hash_password()).
pub fn set_password(conn: &mut Conn, user_id: i32, hash: &str) -> Result<()> {
    let password = auth_user::password.eq(hash);
    diesel::update(auth_user::table.find(user_id)).set(password).execute(conn).map(drop).map_err(Error::from)
}

/// Puts a new hash of the same password in place of `old`, which ends every session of the user wherever it was made;
/// `false` if the password was changed meanwhile.
pub fn renew_hash(conn: &mut Conn, user_id: i32, old: &str, new: &str) -> Result<bool> {
    let unchanged = auth_user::table.find(user_id).filter(auth_user::password.eq(old));
    Ok(diesel::update(unchanged).set(auth_user::password.eq(new)).execute(conn)? == 1)
}
