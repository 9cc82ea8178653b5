//! Checks a user name and a password.

use actix_web::web;
use diesel::prelude::*;

use super::hash_pool::{self, Turn};
use super::hashers::HashPolicy;
use super::{User, normalize};
use crate::db::{Conn, Db};
use crate::error::{Error, Result};
use crate::schema::auth_user;

/// Returns the active user with this name and password (Django's `authenticate`).
///
/// For an attempt by a visitor use [`login_attempt`](super::login_attempt()), which limits guesses.
///
/// An unknown name takes as much time as a wrong password. A hash that is cheaper, or of another
/// algorithm than the preferred one, is renewed.
pub async fn authenticate(
    policy: HashPolicy,
    db: &web::Data<Db>,
    username: &str,
    password: &str,
) -> Result<Option<User>> {
    authenticate_in_turn(hash_pool::turn().await?, policy, db, username, password).await
}

/// Does the work of [`authenticate`] in `turn`, which ends before anything is written.
pub(super) async fn authenticate_in_turn(
    turn: Turn,
    policy: HashPolicy,
    db: &web::Data<Db>,
    username: &str,
    password: &str,
) -> Result<Option<User>> {
    let name = normalize::username(username);
    let user_of_name = db
        .run(move |conn| User::find_by_username(conn, &name))
        .await?;
    let typed = password.to_owned();
    let Some(mut user) = user_of_name else {
        turn.run(move || policy.waste_time(&typed)).await?;
        return Ok(None);
    };
    let stored = user.password.clone();
    let check_and_renew = move || {
        let check = policy.check(&typed, &stored);
        (
            check.correct,
            (check.correct && check.must_update).then(|| policy.renew(&typed, &stored)),
        )
    };
    let (correct, renewed) = turn.run(check_and_renew).await?;
    drop(turn);
    if !correct || !user.is_active {
        return Ok(None);
    }
    let Some(hash) = renewed else {
        return Ok(Some(user));
    };

    let (id, old, new) = (user.id, user.password.clone(), hash.clone());
    if db
        .write(move |conn| renew_hash(conn, id, &old, &new))
        .await?
    {
        user.password = hash;
        return Ok(Some(user));
    }
    // Another login renewed the hash meanwhile, or the password was changed.
    still_correct(policy, db, user.id, password).await
}

/// Returns the active user with this primary key, if `password` is still correct; does not change
/// the hash.
async fn still_correct(
    policy: HashPolicy,
    db: &web::Data<Db>,
    id: i32,
    password: &str,
) -> Result<Option<User>> {
    let reload = move |conn: &mut Conn| {
        let user = auth_user::table
            .find(id)
            .select(User::as_select())
            .first(conn)
            .optional();
        user.map_err(Error::from)
    };
    let Some(user) = db.run(reload).await? else {
        return Ok(None);
    };

    let (password, stored) = (password.to_owned(), user.password.clone());
    let correct = hash_pool::run(move || policy.check(&password, &stored).correct).await?;
    Ok((correct && user.is_active).then_some(user))
}

/// Stores a hash made by [`hash_password`](super::hash_password()).
pub fn set_password(conn: &mut Conn, user_id: i32, hash: &str) -> Result<()> {
    let password = auth_user::password.eq(hash);
    diesel::update(auth_user::table.find(user_id))
        .set(password)
        .execute(conn)
        .map(drop)
        .map_err(Error::from)
}

/// Replaces `old` by a new hash of the same password, which ends every session of the user,
/// including those made by Django. Returns `false` if the password was changed meanwhile.
pub fn renew_hash(conn: &mut Conn, user_id: i32, old: &str, new: &str) -> Result<bool> {
    let unchanged = auth_user::table
        .find(user_id)
        .filter(auth_user::password.eq(old));
    Ok(diesel::update(unchanged)
        .set(auth_user::password.eq(new))
        .execute(conn)?
        == 1)
}
