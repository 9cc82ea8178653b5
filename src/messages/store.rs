//! Messages to be shown on the visitor's next page: Django's `messages.success(request, …)`.

use std::cell::RefCell;
use std::rc::Rc;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{
    Error as ActixError, FromRequest, HttpMessage as _, HttpRequest, HttpResponse, web,
};
use futures_util::future::{Ready, ready};

use super::codec::{
    COOKIE_NAME, MAX_COOKIE_SIZE, SESSION_KEY, decode_cookie, decode_session, encode_cookie_within,
    encode_session,
};
use super::{Level, Message};
use crate::clock;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::http::middleware::caught;
use crate::http::{cookie, delete_cookie, set_cookie};
use crate::sessions::Session;
use crate::settings::{CookieSettings, Settings};

/// The messages of the current request.
#[derive(Clone, Default)]
pub struct Messages(Rc<RefCell<State>>);

#[derive(Default)]
struct State {
    /// Messages that came with the request, oldest first.
    stored: Vec<Message>,
    /// Messages that this request added.
    added: Vec<Message>,
    /// Whether the page has shown the stored messages.
    shown: bool,
    had_cookie: bool,
    more_in_session: bool,
}

impl Messages {
    /// Returns the messages of `request`.
    pub fn from_request(request: &HttpRequest) -> Self {
        request
            .extensions()
            .get::<Self>()
            .cloned()
            .unwrap_or_default()
    }

    /// Adds a message to be shown on the next page.
    pub fn add(&self, level: Level, text: impl Into<String>) {
        self.push(Message::new(level, text));
    }

    /// Adds `message` to be shown on the next page.
    pub fn push(&self, message: Message) {
        self.0.borrow_mut().added.push(message);
    }

    /// Adds a success message.
    pub fn success(&self, text: impl Into<String>) {
        self.add(Level::SUCCESS, text);
    }

    /// Whether the request came without messages and has added none.
    pub fn are_none(&self) -> bool {
        let state = self.0.borrow();
        state.stored.is_empty() && state.added.is_empty() && !state.more_in_session
    }

    /// Returns the messages to show now, and removes them.
    pub fn take(&self, session: &Session) -> Vec<Message> {
        let mut state = self.0.borrow_mut();
        state.shown = true;
        if std::mem::take(&mut state.more_in_session)
            && let Some(rest) = session
                .remove(SESSION_KEY)
                .as_ref()
                .and_then(decode_session)
        {
            state.stored.extend(rest);
        }
        let mut all = state.stored.clone();
        all.append(&mut state.added);
        all
    }
}

impl FromRequest for Messages {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::from_request(request)))
    }
}

/// Middleware that gives each request its messages, and stores those that were not shown: in the
/// cookie, and in the session if they do not fit there.
pub async fn messages<B: MessageBody + 'static>(
    settings: web::Data<Settings>,
    db: web::Data<Db>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, ActixError> {
    let given = cookie(request.request(), COOKIE_NAME);
    let from_cookie = given
        .as_deref()
        .and_then(|text| decode_cookie(text, settings.secret_keys()));
    let more_in_session = from_cookie.as_ref().is_some_and(|kept| kept.more);
    let stored = from_cookie.map(|kept| kept.messages).unwrap_or_default();
    let state = State {
        stored,
        had_cookie: given.is_some(),
        more_in_session,
        ..State::default()
    };
    let messages = Messages(Rc::new(RefCell::new(state)));
    request.extensions_mut().insert(messages.clone());
    let session = Session::from_request(request.request());
    let mut response = next.call(request).await?.map_into_boxed_body();
    Ok(
        match caught(keep(&messages, &session, &db, &settings, &mut response)).await {
            Ok(()) => response,
            Err(error) => response.into_response(HttpResponse::from_error(error)),
        },
    )
}

/// Stores the messages that were not shown.
async fn keep(
    messages: &Messages,
    session: &Session,
    db: &Db,
    settings: &web::Data<Settings>,
    response: &mut ServiceResponse<BoxBody>,
) -> Result<()> {
    let waits = {
        let state = messages.0.borrow();
        if !state.shown && state.added.is_empty() {
            return Ok(());
        }
        !state.shown && state.more_in_session
    };
    if waits {
        // The cookie is written again, and with it the session entry for the rest.
        session.load(db, settings).await?;
    }
    let mut state = messages.0.borrow_mut();
    if waits
        && let Some(rest) = session
            .remove(SESSION_KEY)
            .as_ref()
            .and_then(decode_session)
    {
        state.stored.extend(rest);
    }
    let added = std::mem::take(&mut state.added);
    let mut left = if state.shown {
        Vec::new()
    } else {
        std::mem::take(&mut state.stored)
    };
    left.extend(added);
    let attributes = CookieSettings {
        name: COOKIE_NAME.to_owned(),
        path: "/".to_owned(),
        ..settings.session.cookie.clone()
    };
    if left.is_empty() {
        if state.had_cookie {
            delete_cookie(response.headers_mut(), &attributes);
        }
        return Ok(());
    }
    let (text, fit) = encode_cookie_within(
        &left,
        MAX_COOKIE_SIZE,
        &settings.secret_key,
        clock::now().timestamp(),
    );
    if fit < left.len() {
        session.insert(SESSION_KEY, encode_session(&left[fit..]));
    }
    set_cookie(response.headers_mut(), &attributes, &text, None);
    Ok(())
}
