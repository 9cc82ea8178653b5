//! Messages to be shown on the visitor's next page, in Django's cookie and session formats.

mod codec;
mod message;
mod store;

pub use codec::{
    COOKIE_NAME, MAX_COOKIE_SIZE, SESSION_KEY, Stored, decode_cookie, decode_session,
    encode_cookie, encode_cookie_within, encode_session,
};
pub use message::{Level, Message};
pub use store::{Messages, messages};
