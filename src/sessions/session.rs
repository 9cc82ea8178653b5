//! The session of a visitor, as views use it: Django's `request.session`.

use std::cell::RefCell;
use std::rc::Rc;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, web};
use futures_util::FutureExt as _;
use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::SessionRow;
use super::codec::Data;
use crate::db::{Db, Timestamp};
use crate::error::{Error, Result};
use crate::http::settings_and_db;
use crate::settings::Settings;

/// The session of the current request. Cloning it is cheap; all clones share the same data.
///
/// The session is loaded when code first needs it (`auth::user` does), and saved only if it has
/// changed. A visitor whose session is empty has neither a row nor a cookie.
#[derive(Clone, Default)]
pub struct Session(Rc<RefCell<State>>);

#[derive(Default)]
pub(super) struct State {
    /// The session key in the cookie.
    pub(super) cookie: Option<String>,
    pub(super) loaded: bool,
    /// The primary key of the session's row.
    pub(super) key: Option<String>,
    pub(super) data: Data,
    pub(super) modified: bool,
    /// The logged-in user and the time of the login, as far as they are known.
    pub(super) user: Option<(i32, Option<Timestamp>)>,
    /// Keys of rows that the next save deletes.
    pub(super) dropped: Vec<String>,
}

impl Session {
    /// Returns the session of `request`; an empty one outside the middleware.
    pub fn from_request(request: &HttpRequest) -> Self {
        request
            .extensions()
            .get::<Self>()
            .cloned()
            .unwrap_or_default()
    }

    pub(super) fn with_cookie(cookie: Option<String>) -> Self {
        Self(Rc::new(RefCell::new(State {
            cookie,
            ..State::default()
        })))
    }

    /// Returns the key to load; `None` if the session is loaded already or there is no cookie.
    pub fn wanted(&self) -> Option<String> {
        let state = self.0.borrow();
        // Nuages never issued shorter keys; Django refuses them as well.
        state.cookie.clone().filter(|key| {
            !state.loaded
                && (8..=40).contains(&key.len())
                && key.bytes().all(|b| b.is_ascii_alphanumeric())
        })
    }

    /// Whether the request came with a session cookie.
    pub fn has_cookie(&self) -> bool {
        self.0.borrow().cookie.is_some()
    }

    /// Sets the data that was loaded for the cookie's key; `None` if there is no such row.
    pub fn fill(&self, found: Option<Data>) {
        let mut state = self.0.borrow_mut();
        if state.loaded {
            return;
        }
        state.loaded = true;
        if let Some(data) = found {
            let State { key, cookie, .. } = &mut *state;
            key.clone_from(cookie);
            // Values that were written before the session was loaded override the loaded ones.
            let written = std::mem::replace(&mut state.data, data);
            state.data.extend(written);
        }
    }

    /// Loads the session, unless it is loaded already.
    pub async fn load(&self, db: &Db, settings: &web::Data<Settings>) -> Result<()> {
        let data = match self.wanted() {
            Some(key) => {
                let settings = settings.clone().into_inner();
                db.run(move |conn| SessionRow::find(conn, &key, settings.secret_keys()))
                    .await?
            }
            None => None,
        };
        self.fill(data);
        Ok(())
    }

    /// Whether the session has unsaved changes.
    pub fn is_modified(&self) -> bool {
        self.0.borrow().modified
    }

    /// Whether the session was loaded.
    pub fn is_loaded(&self) -> bool {
        self.0.borrow().loaded
    }

    /// Returns the primary key of the session's row.
    pub fn key(&self) -> Option<String> {
        self.0.borrow().key.clone()
    }

    /// Returns the value of `name`.
    pub fn get(&self, name: &str) -> Option<Value> {
        self.0.borrow().data.get(name).cloned()
    }

    /// Returns the value of `name`, if it is a string.
    pub fn get_str(&self, name: &str) -> Option<String> {
        self.get(name)
            .and_then(|value| value.as_str().map(str::to_owned))
    }

    /// Returns the value of `name`, if it is of this type.
    pub fn get_as<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        serde_json::from_value(self.get(name)?).ok()
    }

    /// Sets the value of `name`.
    pub fn insert(&self, name: &str, value: impl Into<Value>) {
        let mut state = self.0.borrow_mut();
        state.data.insert(name.to_owned(), value.into());
        state.modified = true;
    }

    /// Removes `name` and returns its value.
    pub fn remove(&self, name: &str) -> Option<Value> {
        let mut state = self.0.borrow_mut();
        let value = state.data.remove(name);
        state.modified |= value.is_some();
        value
    }

    /// Sets the logged-in user and the time of the login, which are saved with the
    /// [`Visit`](super::Visit).
    pub fn set_user(&self, id: i32, since: Option<Timestamp>) {
        self.0.borrow_mut().user = Some((id, since));
    }

    /// Keeps the data under a new key, as at a login, so that the old key is useless to anybody who
    /// knew it.
    pub fn cycle_key(&self) {
        let mut state = self.0.borrow_mut();
        let old = state.key.take();
        state.dropped.extend(old);
        state.modified = true;
    }

    /// Deletes all data and the row.
    pub fn flush(&self) {
        let mut state = self.0.borrow_mut();
        state.data.clear();
        state.user = None;
        let old = state.key.take();
        state.dropped.extend(old);
        state.modified = true;
    }

    pub(super) fn state(&self) -> std::cell::RefMut<'_, State> {
        self.0.borrow_mut()
    }
}

/// Loads the session for a view (Django's `request.session`).
impl FromRequest for Session {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        async move {
            let session = Self::from_request(&request);
            let (settings, db) = settings_and_db(&request);
            session.load(db, settings).await?;
            Ok(session)
        }
        .boxed_local()
    }
}
