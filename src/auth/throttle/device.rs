//! The cookie that records the accounts to which a browser has logged in.

use actix_web::body::MessageBody;
use actix_web::cookie::time;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error as ActixError, HttpMessage as _, HttpRequest, web};

use crate::auth::normalize;
use crate::clock;
use crate::http::{cookie, set_cookie};
use crate::settings::{CookieSettings, Settings};
use crate::signing::{Signer, b64_encode, constant_time_eq, random_string, salted_hmac};

const NAME: &str = "nuages_device";
const SIGNER: Signer<'static> = Signer::for_cookies("nuages.auth.device");
/// Seconds until the cookie expires: half a year from the last login.
const AGE: i64 = time::Duration::days(180).whole_seconds();
/// The largest number of accounts in a cookie; a further one replaces the oldest.
const ACCOUNTS: usize = 8;

/// A browser in which somebody has logged in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Device {
    /// A random id, which stays the same as long as the browser keeps the cookie.
    pub(super) id: String,
    /// Marks of the accounts, which do not reveal the names; newest last.
    accounts: Vec<String>,
}

/// A cookie to be added to the response.
struct Remembered(String);

impl Device {
    /// Returns the browser of `request`, if it has a cookie that this site signed.
    pub(super) fn from_request(request: &HttpRequest, settings: &Settings) -> Option<Self> {
        Self::read(&cookie(request, NAME)?, settings)
    }

    fn read(text: &str, settings: &Settings) -> Option<Self> {
        let signed = SIGNER
            .loads(text, settings.secret_keys())
            .ok()?
            .within(AGE, clock::now().timestamp())
            .ok()?;
        let text = String::from_utf8(signed.payload).ok()?;
        let mut words = text.split(' ').map(str::to_owned);
        Some(Self {
            id: words.next()?,
            accounts: words.collect(),
        })
    }

    fn written(&self, settings: &Settings) -> String {
        let words: Vec<&str> = std::iter::once(&self.id)
            .chain(&self.accounts)
            .map(String::as_str)
            .collect();
        SIGNER.dumps(
            words.join(" ").as_bytes(),
            &settings.secret_key,
            false,
            clock::now().timestamp(),
        )
    }

    /// Whether somebody has logged in to `account` in this browser.
    pub(super) fn knows(&self, account: &str) -> bool {
        let mark = self.mark(account);
        self.accounts
            .iter()
            .any(|known| constant_time_eq(known.as_bytes(), mark.as_bytes()))
    }

    fn learn(&mut self, account: &str) {
        let mark = self.mark(account);
        self.accounts.retain(|known| *known != mark);
        self.accounts.push(mark);
        let too_many = self.accounts.len().saturating_sub(ACCOUNTS);
        self.accounts.drain(..too_many);
    }

    fn mark(&self, account: &str) -> String {
        b64_encode(&salted_hmac("nuages.auth.device", account.as_bytes(), &self.id)[..12])
    }
}

/// Adds the account to this browser's cookie, as after a login. Guesses from other browsers then no
/// longer block this one.
pub fn remember(request: &HttpRequest, username: &str) {
    let Some(settings) = request.app_data::<web::Data<Settings>>() else {
        return;
    };
    let fresh = || Device {
        id: random_string(22),
        accounts: Vec::new(),
    };
    let mut device = Device::from_request(request, settings).unwrap_or_else(fresh);
    device.learn(&normalize::username(username));
    request
        .extensions_mut()
        .insert(Remembered(device.written(settings)));
}

/// Middleware that adds the cookie of [`remember`] to the response.
pub async fn devices<B: MessageBody + 'static>(
    settings: web::Data<Settings>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, ActixError> {
    let mut response = next.call(request).await?;
    let remembered = response.request().extensions_mut().remove::<Remembered>();
    if let Some(Remembered(text)) = remembered {
        let cookie = CookieSettings {
            name: NAME.to_owned(),
            httponly: true,
            ..settings.session.cookie.clone()
        };
        set_cookie(response.headers_mut(), &cookie, &text, Some(AGE));
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Env;
    use chrono::Utc;

    fn settings(key: &str) -> Settings {
        Settings::read(&Env::from_pairs(&[
            ("SECRET_KEY", key),
            ("SECRET_KEY_FALLBACKS", "former"),
        ]))
        .unwrap()
    }

    #[test]
    fn a_browser_knows_the_accounts_of_its_last_logins() {
        let settings = settings("now");
        let mut device = Device {
            id: random_string(22),
            accounts: Vec::new(),
        };
        for account in ["ann", "bob", "ann"] {
            device.learn(account);
        }
        let text = device.written(&settings);
        assert!(!text.contains("ann"));
        let read = Device::read(&text, &settings).unwrap();
        assert_eq!(read, device);
        assert!(read.knows("ann") && read.knows("bob") && !read.knows("eve") && !read.knows(""));
        for number in 0..ACCOUNTS {
            device.learn(&number.to_string());
        }
        assert!(!device.knows("ann") && device.knows("0") && device.accounts.len() == ACCOUNTS);
        // The cookie of one browser is not valid in another.
        assert!(
            !Device {
                id: random_string(22),
                ..read
            }
            .knows("ann")
        );
    }

    #[test]
    fn only_cookies_signed_by_this_site_count() {
        let mut device = Device {
            id: random_string(22),
            accounts: Vec::new(),
        };
        device.learn("ann");
        assert!(Device::read(&device.written(&settings("former")), &settings("now")).is_some());
        assert!(Device::read(&device.written(&settings("other")), &settings("now")).is_none());
        let old = SIGNER.dumps(
            b"id",
            &settings("now").secret_key,
            false,
            Utc::now().timestamp() - AGE - 10,
        );
        for text in ["", ":", "a:b:c", &old] {
            assert_eq!(Device::read(text, &settings("now")), None, "{text}");
        }
    }
}
