//! The user of the current request.

use std::rc::Rc;

use actix_web::{HttpMessage as _, HttpRequest};
use diesel::prelude::*;
use serde_json::Value;

use super::backends::{self, Backends, MODEL_BACKEND};
use super::permissions::Permissions;
use super::session_hash::{session_auth_hash, verify_session_hash};
use super::signals::{Announcement, UserSignal};
use super::{User, api_tokens, audit, former_secrets, throttle};
use crate::csrf::{Csrf, must_come_from_here};
use crate::db::{Conn, Db, LossyText, Timestamp};
use crate::error::{Error, Result};
use crate::http::{is_api_view, settings_and_db};
use crate::on_conn;
use crate::schema::{auth_user, django_session, nuages_session};
use crate::sessions::codec::Data;
use crate::sessions::{Origin, Session, SessionRow, Visit};
use crate::settings::Settings;
use crate::signing::KeyUsed;

/// The session keys, as in Django.
const USER_ID: &str = "_auth_user_id";
const BACKEND: &str = "_auth_user_backend";
const HASH: &str = "_auth_user_hash";

/// The user, once looked up.
#[derive(Clone)]
struct Known(Option<Rc<User>>);

/// Returns the user of `request`, or `None` for an anonymous visitor. The first call loads session
/// and user together; without a session cookie there is no query. The user of a request with a token to an API is that of
/// the token.
pub async fn user(request: &HttpRequest) -> Result<Option<Rc<User>>> {
    if let Some(Known(user)) = request.extensions().get::<Known>() {
        return Ok(user.clone());
    }
    if is_api_view(request) && api_tokens::is_sent(request) {
        let user = Some(Rc::new(api_tokens::user_of(request).await?));
        request.extensions_mut().insert(Known(user.clone()));
        return Ok(user);
    }
    let session = Session::from_request(request);
    let mut found = None;
    match (session.wanted(), settings_and_db(request)) {
        (Some(key), (settings, db)) => {
            let (settings, origin) = (settings.clone().into_inner(), Origin::from_request(request));
            let backends = Backends::of(request);
            let loaded = db
                .run(move |conn| {
                    let Some((LossyText(data), visit, noted)) = session_and_user(conn, &key)?
                    else {
                        return Ok(None);
                    };
                    let data = SessionRow::read(&data, settings.secret_keys());
                    let id = user_id(&data);
                    let path = data
                        .get(BACKEND)
                        .and_then(Value::as_str)
                        .unwrap_or_default();
                    let user = match (id, noted, backends.find(path)) {
                        (None, ..) | (.., None) => None,
                        (Some(id), _, Some(backend)) if path != MODEL_BACKEND => {
                            backend.get_user(conn, id)?
                        }
                        (Some(id), Some(noted), _) if noted.id == id => Some(noted),
                        (Some(id), ..) => User::find(conn, id)?,
                    };
                    let user = user.filter(|user| user.is_active);
                    let now = user
                        .as_ref()
                        .map(|user| Visit::again(key, user.id, visit, origin));
                    Ok(Some((data, user, now)))
                })
                .await?;
            let mut news = None;
            let (data, user) = loaded
                .map(|(data, user, now)| {
                    if let (Some(user), Some((visit, is_news))) = (&user, now) {
                        session.set_user(user.id, visit.created_at);
                        news = is_news.then_some(visit);
                    }
                    (data, user)
                })
                .unzip();
            if let Some(visit) = news {
                note(db, visit).await;
            }
            session.fill(data);
            found = user.flatten();
        }
        _ => session.fill(None),
    }
    let user = found
        .filter(|user| belongs(&session, user, request))
        .map(Rc::new);
    if user.is_some() {
        must_come_from_here(request)?;
    }
    request.extensions_mut().insert(Known(user.clone()));
    Ok(user)
}

/// Saves the visit. If that fails or another transaction is writing, the page is shown all the
/// same, and a later page saves the visit.
async fn note(db: &Db, visit: Visit) {
    match db
        .write_if_free(move |conn| conn.without_waiting(|conn| visit.write(conn)))
        .await
    {
        Ok(()) | Err(Error::Busy | Error::ReadOnly(_) | Error::DiskFull(_)) => {}
        Err(error) => log::warn!(target: "nuages.db", "a visit was not noted: {error}"),
    }
}

/// Returns the permissions of the user of `request`; empty if nobody is logged in. The first call
/// queries the database.
pub async fn permissions(request: &HttpRequest) -> Result<Rc<Permissions>> {
    let user = user(request).await?;
    if let Some(known) = request.extensions().get::<Rc<Permissions>>() {
        return Ok(Rc::clone(known));
    }
    let loaded = match user.as_deref() {
        None => Permissions::default(),
        Some(user) => {
            if let Some(all_or_none) = Permissions::without_asking(user) {
                all_or_none
            } else {
                let (user, backends) = (user.clone(), Backends::of(request));
                settings_and_db(request)
                    .1
                    .run(move |conn| backends.permissions(conn, &user))
                    .await?
            }
        }
    };
    let loaded = Rc::new(loaded);
    request.extensions_mut().insert(Rc::clone(&loaded));
    Ok(loaded)
}

/// Returns the path of the backend of this request's user: the backend that has accepted the
/// credentials, else that of the session.
pub(super) fn backend(request: &HttpRequest) -> String {
    backends::authenticated(request)
        .map(str::to_owned)
        .or_else(|| Session::from_request(request).get_str(BACKEND))
        .unwrap_or_default()
}

/// Sets the user for the rest of the request.
fn becomes(request: &HttpRequest, user: Option<User>) {
    let mut extensions = request.extensions_mut();
    extensions.insert(Known(user.map(Rc::new)));
    extensions.remove::<Rc<Permissions>>();
}

/// Returns the user of `request` if it was looked up already: for pages that must not query the
/// database.
pub fn known(request: &HttpRequest) -> Option<Rc<User>> {
    request
        .extensions()
        .get::<Known>()
        .and_then(|Known(user)| user.clone())
}

/// The data of a session's row, its visit, and the user of that visit.
type Found = (LossyText, Option<Visit>, Option<User>);

/// Loads the session `key`, if it has not expired. Only the session data name its user; loading the
/// visit's user in the same query saves a round trip whenever both are the same.
fn session_and_user(conn: &mut Conn, key: &str) -> Result<Option<Found>> {
    let visits =
        nuages_session::table.on(nuages_session::session_key.eq(django_session::session_key));
    let users = auth_user::table.on(auth_user::id
        .nullable()
        .eq(nuages_session::user_id.nullable()));
    let valid = django_session::table
        .left_join(visits)
        .left_join(users)
        .filter(django_session::session_key.eq(key))
        .filter(SessionRow::is_live());
    let data = django_session::session_data;
    let found: QueryResult<Found> = on_conn!(conn, |conn| {
        valid
            .select((
                data,
                Option::<Visit>::as_select(),
                Option::<User>::as_select(),
            ))
            .first(conn)
    });
    found.optional().map_err(Into::into)
}

/// Returns the user's primary key from the session data: a string, or a number, which Django
/// accepts as well.
fn user_id(data: &Data) -> Option<i32> {
    let id = data.get(USER_ID)?;
    id.as_str()
        .map_or_else(|| id.as_i64()?.try_into().ok(), |id| id.parse().ok())
}

/// Whether the session was made for this user's current password. If not, the session is deleted. A
/// session hash made with a former key is replaced.
fn belongs(session: &Session, user: &User, request: &HttpRequest) -> bool {
    let settings = settings_and_db(request).0;
    let path = session.get_str(BACKEND).unwrap_or_default();
    if Backends::of(request).find(&path).is_none() {
        return false;
    }
    let given = session.get_str(HASH).unwrap_or_default();
    match verify_session_hash(&given, &user.password, settings.secret_keys()) {
        Some(KeyUsed::Current) => true,
        Some(KeyUsed::Fallback) => {
            session.cycle_key();
            session.insert(
                HASH,
                session_auth_hash(&user.password, &settings.secret_key),
            );
            true
        }
        None => {
            session.flush();
            false
        }
    }
}

/// Whether a session with this `data` is logged in as `user`.
pub(super) fn is_of(data: &Data, user: &User, settings: &Settings) -> bool {
    let text = |name| data.get(name).and_then(Value::as_str);
    let hash = text(HASH).unwrap_or_default();
    user_id(data) == Some(user.id)
        && text(BACKEND).is_some_and(backends::is_known)
        && verify_session_hash(hash, &user.password, settings.secret_keys()).is_some()
}

/// Logs `user` in. The session gets a new key, and keeps its data unless the data belong to another
/// user. The browser remembers the account from now on.
pub async fn login(request: &HttpRequest, user: User) -> Result<()> {
    let before = self::user(request).await?;
    let session = Session::from_request(request);
    let (settings, db) = settings_and_db(request);
    // First the database: a receiver that refuses leaves the session as it was.
    let announcement = Announcement::new(request, UserSignal::LoggedIn);
    let (user, changes) = db
        .write(move |conn| {
            conn.atomic(|conn| {
                let now = auth_user::last_login.eq(Some(Timestamp::now()));
                diesel::update(auth_user::table.find(user.id))
                    .set(now)
                    .execute(conn)?;
                let changes = match announcement {
                    Some(announcement) => announcement.send(conn, Some(&user), &user.username)?,
                    None => Vec::new(),
                };
                Ok((user, changes))
            })
        })
        .await?;

    if session.get(USER_ID).is_some()
        && before.is_none_or(|before| before.id != user.id || before.password != user.password)
    {
        session.flush();
    }
    session.cycle_key();
    session.set_user(user.id, Some(Timestamp::now()));
    session.insert(USER_ID, user.id.to_string());
    session.insert(BACKEND, backends::path_for_login(request));
    session.insert(
        HASH,
        session_auth_hash(&user.password, &settings.secret_key),
    );
    session.apply(changes);
    former_secrets::remember(request);
    Csrf::from_request(request).rotate();
    throttle::remember(request, &user.username);
    audit::note(request, "login", &user.username);
    becomes(request, Some(user));
    Ok(())
}

/// Logs the user out: deletes the session's row and its cookie.
pub async fn logout(request: &HttpRequest) -> Result<()> {
    if let Some(user) = user(request).await? {
        if let Some(announcement) = Announcement::new(request, UserSignal::LoggedOut) {
            let user = User::clone(&user);
            settings_and_db(request)
                .1
                .atomic(move |conn| {
                    announcement
                        .send(conn, Some(&user), &user.username)
                        .map(drop)
                })
                .await?;
        }
        audit::note(request, "logout", &user.username);
    }
    Session::from_request(request).flush();
    becomes(request, None);
    Ok(())
}

/// Keeps this session after its user's password changed; the user's other sessions end, because
/// their hash no longer matches.
pub fn update_session_auth_hash(request: &HttpRequest, password: &str) {
    let session = Session::from_request(request);
    session.cycle_key();
    session.insert(
        HASH,
        session_auth_hash(password, &settings_and_db(request).0.secret_key),
    );
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Data, USER_ID, user_id};

    #[test]
    fn a_session_names_its_user_by_text_or_number() {
        let named = |id: serde_json::Value| user_id(&Data::from_iter([(USER_ID.to_owned(), id)]));
        assert_eq!((named(json!("7")), named(json!(7))), (Some(7), Some(7)));
        assert!(
            [json!(null), json!("7x"), json!(1_i64 << 40), json!(1.5)]
                .into_iter()
                .all(|id| named(id).is_none())
        );
    }
}
