//! Keeps forms that were refused because of a login, and shows them again, unsaved, after their user
//! has logged in: forms that were sent after their session had ended, and forms whose CSRF token
//! became invalid because their user logged in again in another tab. docs/adr/0022 gives the
//! details.
//!
//! A page takes part if its form carries the id of [`submissions::new_id`], which records the user
//! for whom the page was made, and if its GET view calls [`take`]. [`access`](super::access()) or
//! [`keep_stale`] keeps the form, and the cookie of this module binds it to the browser that sent
//! it.

mod rows;

use std::io;

use actix_web::http::Method;
use actix_web::http::header::HeaderMap;
use actix_web::{HttpMessage as _, HttpRequest};
use serde::{Deserialize, Serialize};

use super::{User, former_secrets, visitor};
use crate::csrf::{Csrf, StaleForm};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::forms::submissions::{self, SUBMISSION};
use crate::http::{KeptFiles, PostData, cookie, full_path, set_cookie, settings_and_db};
use crate::messages::{Level, Messages};
use crate::settings::{CookieSettings, Settings};
use crate::signing::{b64_encode, random_string, salted_hmac, seal, unseal};

pub use rows::delete_old;

/// A form with this hidden input is not stored: only the fact that it was sent is. Forms with nothing but
/// passwords and codes have it, and the confirmation of a deletion.
pub const KEEPS_NOTHING: &str = "_keeps_nothing";
/// The largest total size in bytes of the names and values of a form that is kept.
pub const MAX_BYTES: usize = 256 * 1024;
/// Time that a form is kept, in seconds.
const AGE: i64 = 2 * 60 * 60;
const COOKIE: &str = "nuages_kept_form";
const SALT: &str = "nuages.auth.kept_forms";
/// Length in characters of the text that identifies a browser.
const LENGTH: usize = 32;

/// The reason why a form was refused and kept.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reason {
    /// The session had ended.
    #[default]
    LoggedOut,
    /// The token of the form became invalid with a login in another tab.
    LoggedInAgain,
}

impl Reason {
    /// Returns the words for `… before this was saved`.
    pub fn words(self) -> &'static str {
        match self {
            Self::LoggedOut => "You were logged out",
            Self::LoggedInAgain => "You logged in again in another tab or window",
        }
    }
}

/// A form that was kept, for the page that shows it again.
#[derive(Debug)]
pub struct KeptForm {
    /// The fields and files that were sent, without passwords and the CSRF token.
    pub post: PostData,
    /// The message for the page: nothing has been saved yet, and which fields must be entered
    /// again.
    pub note: String,
    /// The reason why the form was refused.
    pub reason: Reason,
}

impl KeptForm {
    /// Adds the message that a confirmation page comes again, and nothing has happened yet. `done` says
    /// what the confirmation would have done, such as "deleted".
    pub fn ask_again(&self, messages: &Messages, done: &str) {
        let reason = self.reason.words();
        let text = format!(
            "{reason} before this was sent. Nothing has been {done}. Please look at it again and confirm once more."
        );
        messages.add(Level::WARNING, text);
    }

    /// Returns the form without its confirmation.
    pub fn unconfirmed(&self) -> PostData {
        let mut post = self.post.clone();
        post.fields = post.fields.without("post");
        post
    }
}

/// The decrypted content of a row.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Plain {
    fields: Vec<(String, String)>,
    /// The owner of the kept files: the name that `KeptFiles` gave to the browser before the login.
    files_of: String,
    /// Whether the form had a password, which is never kept.
    had_password: bool,
    /// Names of files that could not be kept.
    lost_files: Vec<String>,
    #[serde(default)]
    reason: Reason,
}

/// A form to keep.
struct Refused {
    post: PostData,
    /// The user for whom the page of the form was made.
    user_id: i32,
    /// The owner of the kept files to which the form refers.
    files_of: String,
    reason: Reason,
}

/// The text with which a browser proves that a kept form is its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Browser(String);

impl Browser {
    fn from_request(request: &HttpRequest) -> Option<Self> {
        let text = cookie(request, COOKIE)?;
        (text.len() == LENGTH && text.bytes().all(|byte| byte.is_ascii_alphanumeric()))
            .then_some(Self(text))
    }

    /// Sets the cookie, which expires together with the form.
    pub fn remember(&self, headers: &mut HeaderMap, settings: &Settings) {
        let cookie = CookieSettings {
            name: COOKIE.to_owned(),
            httponly: true,
            ..settings.session.cookie.clone()
        };
        set_cookie(headers, &cookie, &self.0, Some(AGE));
    }

    /// Returns the primary key of the form that `user_id` sent to the URL of `request`. The table
    /// never holds a text that a browser could present.
    fn key(&self, user_id: i32, request: &HttpRequest, settings: &Settings) -> String {
        let url = full_path(request);
        let text = [&self.0, &user_id.to_string(), &url]
            .map(String::as_str)
            .join("\0");
        b64_encode(&salted_hmac(
            SALT,
            text.as_bytes(),
            settings.secret_key.reveal(),
        ))
    }
}

/// Keeps the form of `request`, which was refused because nobody is logged in. Returns the browser,
/// whose cookie must be set. Returns `None` if the form was not kept: it does not identify its
/// user, is too large, or cannot be stored.
pub(super) async fn keep(request: &HttpRequest) -> Option<Browser> {
    let post = request.extensions().get::<PostData>().cloned()?;
    let (settings, _) = settings_and_db(request);
    let user_id = submissions::user_of(post.get(SUBMISSION), settings)??;
    let files_of = Csrf::from_request(request)
        .kept_files(settings)
        .map(|files| files.owner().to_owned())
        .unwrap_or_default();
    let refused = Refused {
        post,
        user_id,
        files_of,
        reason: Reason::LoggedOut,
    };
    store(request, refused).await
}

/// Keeps the form of `request` if its CSRF token was refused only because its user has logged in
/// again in another tab. Returns the browser, whose cookie must be set.
///
/// The request remains refused. The form is kept only if it certainly comes from a page that this
/// site made for this browser and its present user: the token belongs to a secret that the browser
/// had before its last logins, the page carries an id signed for the user, and the browser does not
/// say that another site sent the form.
pub async fn keep_stale(request: &HttpRequest) -> Result<Option<Browser>> {
    let Some(form) = StaleForm::from_request(request).filter(|_| is_from_here(request)) else {
        return Ok(None);
    };
    let Some(user) = visitor::user(request).await? else {
        return Ok(None);
    };
    let (settings, _) = settings_and_db(request);
    let StaleForm { mut post, secret } = form;
    let Some(secret) = secret.filter(|secret| former_secrets::is_former(request, secret)) else {
        return Ok(None);
    };
    if submissions::user_of(post.get(SUBMISSION), settings) != Some(Some(user.id)) {
        return Ok(None);
    }

    let files = KeptFiles::new(settings, secret.as_str());
    let files_of = files.owner().to_owned();
    files.restore(&mut post);
    let refused = Refused {
        post,
        user_id: user.id,
        files_of,
        reason: Reason::LoggedInAgain,
    };
    Ok(store(request, refused).await)
}

/// Whether the browser does not say that a page of another site sent the request.
fn is_from_here(request: &HttpRequest) -> bool {
    let site = request.headers().get("sec-fetch-site");
    site.is_none_or(|site| site.as_bytes() == b"same-origin")
}

/// Stores a form. Returns `None` if it is too large or cannot be stored.
async fn store(request: &HttpRequest, refused: Refused) -> Option<Browser> {
    let (settings, db) = settings_and_db(request);
    let Refused {
        post,
        user_id,
        files_of,
        reason,
    } = refused;
    let bytes: usize = post
        .fields
        .iter()
        .map(|(name, value)| name.len() + value.len())
        .sum();
    if bytes > MAX_BYTES {
        return None;
    }

    let browser = Browser::from_request(request).unwrap_or_else(|| Browser(random_string(LENGTH)));
    let key = browser.key(user_id, request, settings);
    let secret = settings.secret_key.clone();
    let seal_form = move |conn: &mut Conn| {
        let Some(user) = User::find(conn, user_id)?.filter(|user| user.is_active) else {
            return Ok(None);
        };
        let plain = Plain {
            files_of,
            reason,
            ..Plain::from_post(&post, user.is_staff)
        };
        let plain = serde_json::to_vec(&plain).map_err(io::Error::other)?;
        let sealed = seal(&plain, SALT, &key, &secret);
        Ok(Some((key, sealed)))
    };
    let stored = async {
        // Copy files before the transaction begins, so that other writers do not wait for the
        // copying.
        let Some((key, sealed)) = db.run(seal_form).await? else {
            return Ok(false);
        };
        db.atomic(move |conn| rows::insert(conn, &key, user_id, &sealed))
            .await?;
        Ok::<bool, Error>(true)
    };
    match stored.await {
        Ok(is_kept) => is_kept.then_some(browser),
        Err(error) => {
            log::warn!(target: "nuages.request", "a form that was refused because of a login was not kept: {error}");
            None
        }
    }
}

/// Returns, once, the form that the user of `request` sent to this URL from this browser and that
/// was refused because of a login. The page shows it like a form with errors, saves nothing, and shows the
/// note.
pub async fn take(request: &HttpRequest) -> Result<Option<KeptForm>> {
    let Some(browser) = Browser::from_request(request).filter(|_| request.method() == Method::GET)
    else {
        return Ok(None);
    };
    let Some(user) = visitor::user(request).await? else {
        return Ok(None);
    };
    let (settings, db) = settings_and_db(request);
    let key = browser.key(user.id, request, settings);
    let wanted = key.clone();
    let Some(sealed) = db.run(move |conn| rows::find(conn, &wanted)).await? else {
        return Ok(None);
    };
    let wanted = key.clone();
    match db.write(move |conn| rows::delete(conn, &wanted)).await {
        Ok(true) => {}
        // Another tab was faster, or the database is read-only or full: the page is shown without
        // the form, which is kept.
        Ok(false) | Err(Error::ReadOnly(_) | Error::DiskFull(_)) => return Ok(None),
        Err(error) => return Err(error),
    }

    let plain = unseal(&sealed, SALT, &key, settings.secret_keys()).map(|(plain, _)| plain);
    let plain: Option<Plain> = plain.and_then(|plain| serde_json::from_slice(&plain).ok());
    Ok(plain.map(|plain| plain.restored(request, settings)))
}

/// Adds a warning to the page of `request`, whose form has passwords and codes only, if its user has
/// sent the form and it was refused because of a login. Returns whether that is so.
pub async fn warn_about_secrets(request: &HttpRequest) -> Result<bool> {
    let Some(kept) = take(request).await? else {
        return Ok(false);
    };
    let why = kept.reason.words();
    let text = format!(
        "{why} before this was sent. Nothing has been changed. Passwords and codes are never stored, so the fields are \
         empty: please enter them again."
    );
    Messages::from_request(request).add(Level::WARNING, text);
    Ok(true)
}

impl Plain {
    /// Creates the content to keep. Files are kept for staff only: otherwise anybody who signs up
    /// could fill the folder of kept files. This copies files: call it on a blocking thread.
    fn from_post(post: &PostData, keeps_files: bool) -> Self {
        let mut plain = Self::default();
        if post.fields.get(KEEPS_NOTHING).is_some() {
            return plain;
        }
        for (name, value) in post.fields.iter() {
            if is_password(name) {
                plain.had_password |= !value.is_empty();
            } else if !matches!(name, "csrfmiddlewaretoken" | SUBMISSION) {
                plain.fields.push((name.to_owned(), value.to_owned()));
            }
        }
        for (field, file) in &post.files {
            let name = format!("{field}-kept");
            // A file that was kept before has a field already.
            plain.fields.retain(|(known, _)| *known != name);
            let kept = if keeps_files { file.keep(field) } else { None };
            match kept {
                Some(kept) => plain.fields.push((name, kept.reference)),
                None => plain.lost_files.push(file.name.clone()),
            }
        }
        plain
    }

    /// Returns the form; its files now belong to the browser's new session.
    fn restored(self, request: &HttpRequest, settings: &Settings) -> KeptForm {
        let mut post = PostData::default();
        let mut lost_files = self.lost_files;
        let files = Csrf::from_request(request).kept_files(settings);
        let before = KeptFiles::of_owner(settings, self.files_of);
        for (name, value) in self.fields {
            let Some(field) = name.strip_suffix("-kept") else {
                post.fields.push(name, value);
                continue;
            };
            match files
                .as_ref()
                .and_then(|files| files.adopt(&before, field, &value))
            {
                Some(reference) => post.fields.push(name, reference),
                None if value.is_empty() => {}
                None => lost_files.push(
                    before
                        .open(&value)
                        .map_or_else(|| field.to_owned(), |(_, name)| name),
                ),
            }
        }
        if let Some(files) = files {
            files.restore(&mut post);
        }

        let passwords = if self.had_password {
            " Passwords have to be typed again."
        } else {
            ""
        };
        let files = if lost_files.is_empty() {
            String::new()
        } else {
            format!(
                " These files have to be chosen again: {}.",
                lost_files.join(", ")
            )
        };
        let why = self.reason.words();
        let note = format!(
            "{why} before this was saved. Nothing has been saved yet: what you typed is below again. Check it, then \
             save.{passwords}{files}"
        );
        KeptForm {
            post,
            note,
            reason: self.reason,
        }
    }
}

/// Whether the field `name` may hold a password. `usable_password` only holds the choice whether
/// there is a password.
fn is_password(name: &str) -> bool {
    name.to_ascii_lowercase().contains("password") && name != "usable_password"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_form_with_secrets_only_is_kept() {
        let mut post = PostData::default();
        for name in [KEEPS_NOTHING, "code", "next"] {
            post.fields.push(name.to_owned(), "typed".to_owned());
        }
        let plain = Plain::from_post(&post, true);
        assert!(plain.fields.is_empty(), "{:?}", plain.fields);
    }

    #[test]
    fn passwords_and_tokens_are_not_kept() {
        let mut post = PostData::default();
        for name in [
            "username",
            "usable_password",
            "password1",
            "items-0-Password",
            "csrfmiddlewaretoken",
            SUBMISSION,
        ] {
            post.fields.push(name.to_owned(), "typed".to_owned());
        }
        let plain = Plain::from_post(&post, true);
        let names: Vec<&str> = plain.fields.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(
            names,
            ["username", "usable_password"],
            "the names of the fields that are kept"
        );
        assert!(
            plain.had_password,
            "the page says that passwords have to be typed again"
        );
    }
}
