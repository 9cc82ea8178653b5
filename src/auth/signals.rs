//! Logins and logouts, as the functions of a site see them.

use std::net::IpAddr;
use std::sync::{Arc, PoisonError, RwLock};

use actix_web::HttpRequest;
use actix_web::http::header::USER_AGENT;

use super::User;
use crate::db::Conn;
use crate::error::Result;
use crate::http::{client_address, settings_and_db};
use crate::sessions::codec::Data;
use crate::sessions::{EventData, Session, SessionChanges};
use crate::settings::Settings;

/// A login, a logout or a failed login, as a receiver sees it.
#[derive(Debug)]
#[non_exhaustive]
pub struct UserEvent<'a> {
    /// The user; `None` if the login failed.
    pub user: Option<&'a User>,
    /// The name of the user, or the name that a visitor tried to log in with.
    pub username: &'a str,
    /// The address of the visitor.
    pub address: IpAddr,
    /// The `User-Agent` of the browser; "" if it sent none.
    pub user_agent: &'a str,
    /// The session of the browser as it was before the event. Values that a receiver of a login sets are saved with the login.
    pub session: &'a EventData,
    /// The settings of the site.
    pub settings: &'a Settings,
}

/// A function that is called with an event, in a transaction.
pub type OnUserEvent = fn(&mut Conn, &UserEvent<'_>) -> Result<()>;

/// The events of users (Django's `django.contrib.auth.signals`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UserSignal {
    LoggedIn,
    LoggedOut,
    LoginFailed,
}

static CONNECTED: RwLock<Vec<(UserSignal, OnUserEvent)>> = RwLock::new(Vec::new());

/// Lets `receiver` be called with each event of this kind.
pub(crate) fn connect(signal: UserSignal, receiver: OnUserEvent) {
    CONNECTED
        .write()
        .unwrap_or_else(PoisonError::into_inner)
        .push((signal, receiver));
}

fn user_agent(request: &HttpRequest) -> String {
    let header = request.headers().get(USER_AGENT);
    header
        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
        .unwrap_or_default()
}

/// The call of the receivers for one event, which can be moved to the thread of the database.
pub(super) struct Announcement {
    receivers: Vec<OnUserEvent>,
    address: IpAddr,
    user_agent: String,
    session: Data,
    settings: Arc<Settings>,
}

impl Announcement {
    /// Returns `None` if nobody wants to know.
    pub(super) fn new(request: &HttpRequest, signal: UserSignal) -> Option<Self> {
        let receivers: Vec<OnUserEvent> = CONNECTED
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .filter(|(wanted, _)| *wanted == signal)
            .map(|(_, receiver)| *receiver)
            .collect();
        (!receivers.is_empty()).then(|| Self {
            receivers,
            address: client_address(request),
            user_agent: user_agent(request),
            session: Session::from_request(request).data(),
            settings: settings_and_db(request).0.clone().into_inner(),
        })
    }

    /// Calls the receivers, and returns their changes of the session. The first failure ends the calls.
    pub(super) fn send(
        self,
        conn: &mut Conn,
        user: Option<&User>,
        username: &str,
    ) -> Result<SessionChanges> {
        let session = EventData::new(self.session);
        let event = UserEvent {
            user,
            username,
            address: self.address,
            user_agent: &self.user_agent,
            session: &session,
            settings: &self.settings,
        };
        for receiver in &self.receivers {
            receiver(conn, &event)?;
        }
        Ok(session.into_changes())
    }
}
