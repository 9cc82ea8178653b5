//! A visitor's session, as views see it: Django's `request.session`.

use std::cell::RefCell;
use std::rc::Rc;

use actix_web::{HttpMessage as _, HttpRequest, web};
use serde_json::Value;

use super::SessionRow;
use super::codec::Data;
use crate::db::{Db, Timestamp};
use crate::error::Result;
use crate::settings::Settings;

/// The session of the request in hand. Cloning it is cheap; all clones are the same session.
///
/// Nothing is read before someone asks (`auth::user` does), nothing is written before something changed, and a visitor
/// who stores nothing has neither a row nor a cookie.
#[derive(Clone, Default)]
pub struct Session(Rc<RefCell<State>>);

#[derive(Default)]
pub(super) struct State {
    /// What the cookie says.
    pub(super) cookie: Option<String>,
    pub(super) loaded: bool,
    /// The row that it lies in.
    pub(super) key: Option<String>,
    pub(super) data: Data,
    pub(super) modified: bool,
    /// Who is logged in, and since when, if that is known.
    pub(super) user: Option<(i32, Option<Timestamp>)>,
    /// Rows that are gone with the next save.
    pub(super) dropped: Vec<String>,
}

impl Session {
    /// The session of `request`; outside the middleware an empty one.
    pub fn of(request: &HttpRequest) -> Self {
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

    /// The key to look for, unless the session was loaded before or there is no cookie.
    pub fn wanted(&self) -> Option<String> {
        let state = self.0.borrow();
        // Shorter keys were never given out; Django refuses them as well.
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

    /// Takes what was found for the cookie: its row's data, or nothing.
    pub fn fill(&self, found: Option<Data>) {
        let mut state = self.0.borrow_mut();
        if state.loaded {
            return;
        }
        state.loaded = true;
        if let Some(data) = found {
            let State { key, cookie, .. } = &mut *state;
            key.clone_from(cookie);
            // What was written before the session was read counts more.
            let written = std::mem::replace(&mut state.data, data);
            state.data.extend(written);
        }
    }

    /// Reads the session, unless that was done before.
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

    /// Whether something waits to be written.
    pub(super) fn is_modified(&self) -> bool {
        self.0.borrow().modified
    }

    /// Whether the session was asked for.
    pub fn is_loaded(&self) -> bool {
        self.0.borrow().loaded
    }

    /// The row's key.
    pub fn key(&self) -> Option<String> {
        self.0.borrow().key.clone()
    }

    /// A value.
    pub fn get(&self, name: &str) -> Option<Value> {
        self.0.borrow().data.get(name).cloned()
    }

    /// A value that is a text.
    pub fn get_str(&self, name: &str) -> Option<String> {
        self.get(name)
            .and_then(|value| value.as_str().map(str::to_owned))
    }

    /// Sets a value.
    pub fn insert(&self, name: &str, value: impl Into<Value>) {
        let mut state = self.0.borrow_mut();
        state.data.insert(name.to_owned(), value.into());
        state.modified = true;
    }

    /// Takes a value out.
    pub fn remove(&self, name: &str) -> Option<Value> {
        let mut state = self.0.borrow_mut();
        let value = state.data.remove(name);
        state.modified |= value.is_some();
        value
    }

    /// Says who is logged in, and since when, for the notes on where sessions are used from.
    pub fn set_user(&self, id: i32, since: Option<Timestamp>) {
        self.0.borrow_mut().user = Some((id, since));
    }

    /// Keeps the data under a new key, as at a login: who knew the old key knows nothing.
    pub fn cycle_key(&self) {
        let mut state = self.0.borrow_mut();
        let old = state.key.take();
        state.dropped.extend(old);
        state.modified = true;
    }

    /// Throws everything away, the row included.
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
