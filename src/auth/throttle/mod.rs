//! Slows down password guesses, without locking out the owner of the account. docs/adr/0010 gives
//! the reasons.
//!
//! Failures are counted in buckets in the database, so that all processes share them; see `rule`. A
//! browser that has logged in to the account (see [`remember`]) has a bucket of its own. All others
//! share three buckets: for the account and their address, for the account, and for the address.

mod device;
mod reset_mail;
mod rows;
mod rule;

pub use device::{devices, remember};
pub use reset_mail::may_mail;

use std::fmt::Display;
use std::net::{IpAddr, Ipv6Addr};

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, RETRY_AFTER};
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, TimeDelta, Utc};
use log::Level;

use self::device::Device;
use self::rows::{Bucket, Change};
use self::rule::Rule;
use super::audit;
use crate::clock;
use crate::db::{Conn, Db, Timestamp};
use crate::error::Result;
use crate::http::{client_address, settings_and_db};
use crate::settings::Settings;
use crate::signing::{b64_encode, salted_hmac};

/// The time after which a failure is forgotten, in buckets of an account and in buckets of an
/// address.
const ACCOUNT_FORGETS: TimeDelta = TimeDelta::minutes(15);
const ADDRESS_FORGETS: TimeDelta = TimeDelta::seconds(10);
/// One in this many failures deletes buckets that are no longer needed.
const TIDIES: u32 = 64;

/// Too many attempts have failed: further ones are refused until a certain time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Blocked {
    until: DateTime<Utc>,
}

impl Blocked {
    /// Returns the seconds to wait, at least one: for `Retry-After`.
    pub fn seconds(&self) -> i64 {
        (self.until - clock::now()).num_seconds().max(0) + 1
    }

    /// Turns `response`, the page with the form, into a 429 with `Retry-After`.
    pub fn answer(&self, mut response: HttpResponse) -> HttpResponse {
        *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
        response
            .headers_mut()
            .insert(RETRY_AFTER, HeaderValue::from(self.seconds()));
        response
    }

    /// Returns the text for the visitor. It does not reveal whether the account exists.
    pub fn text(&self) -> String {
        let seconds = self.seconds();
        let wait = match (seconds, (seconds + 59) / 60) {
            (1, _) => "a second".to_owned(),
            (2..=59, _) => format!("{seconds} seconds"),
            (_, 1) => "a minute".to_owned(),
            (_, minutes) => format!("{minutes} minutes"),
        };
        format!(
            "There were too many failed attempts to log in. Nothing was checked this time: please wait {wait} and try \
             again. A browser in which you have logged in before is let in at once, and so is this one after you have \
             set a new password by mail."
        )
    }
}

/// The buckets for the attempts of one visitor at one account.
pub struct Throttle {
    db: web::Data<Db>,
    request: HttpRequest,
    account: String,
    buckets: Vec<Bucket>,
}

/// An attempt, counted as a failure before its result is known, so that simultaneous attempts
/// cannot exceed the limit.
pub struct Try {
    db: web::Data<Db>,
    changes: Vec<Change>,
}

impl Throttle {
    /// Returns the buckets for attempts of the visitor of `request` at `account`, a normalized user
    /// name. Each `purpose` is counted separately.
    pub fn new(request: &HttpRequest, purpose: &str, account: &str) -> Self {
        let (settings, db) = settings_and_db(request);
        let buckets = buckets(request, settings, purpose, account);
        Self {
            db: db.clone(),
            request: request.clone(),
            account: account.to_owned(),
            buckets,
        }
    }

    /// Returns the bucket for attempts from the address of `request`, whatever the account.
    pub(crate) fn of_address(request: &HttpRequest, purpose: &str) -> Self {
        let (settings, db) = settings_and_db(request);
        let address = network(client_address(request)).to_string();
        let rule = Rule {
            free: settings.login.free_failures_per_address,
            forgets: ADDRESS_FORGETS,
        };
        Self {
            db: db.clone(),
            request: request.clone(),
            account: String::new(),
            buckets: vec![bucket(settings, purpose, "address", ["", &address], rule)],
        }
    }

    /// Checks whether an attempt would be allowed, without counting one.
    pub async fn look(&self) -> Result<std::result::Result<(), Blocked>> {
        let buckets = self.buckets.clone();
        let until = self
            .db
            .run(move |conn| rows::blocked_until(conn, &buckets, clock::now()))
            .await?;
        Ok(until.map_or(Ok(()), |until| Err(Blocked { until })))
    }

    /// Counts an attempt as failed, unless it is blocked. Returns `None` if another writer holds an
    /// SQLite database for longer than a moment.
    pub async fn count_if_soon(&self) -> Result<Option<std::result::Result<Try, Blocked>>> {
        let buckets = sorted(self.buckets.clone());
        let count = move |conn: &mut Conn| rows::count(conn, &buckets, Timestamp::now().utc());
        let Some(counted) = self.db.atomic_if_soon(count).await? else {
            return Ok(None);
        };
        let counted = counted.map(|changes| Try {
            db: self.db.clone(),
            changes,
        });
        Ok(Some(counted.map_err(|until| Blocked { until })))
    }

    /// Confirms that the attempt failed. Writes to the security log if a bucket is blocked now, and
    /// sometimes deletes old buckets.
    pub async fn failed(&self, tried: Try) -> Result<()> {
        for Change { bucket, wait, .. } in &tried.changes {
            if let Some(wait) = wait {
                let more: [(&str, &dyn Display); 2] =
                    [("scope", &bucket.scope), ("seconds", &wait.num_seconds())];
                audit::about(&self.request, Level::Warn, "lockout", &self.account, &more);
            }
        }
        tidy(&self.db).await
    }
}

impl Try {
    /// Un-counts the attempt because it was not a failure; the buckets are as before.
    pub async fn give_back(self) -> Result<()> {
        let changes = self.changes;
        self.db
            .atomic(move |conn| rows::give_back(conn, &changes, Timestamp::now().utc()))
            .await
    }
}

/// Counts a failure in each of `buckets`. If one of them is blocked, counts in none and returns the
/// time when the block ends.
async fn count(
    db: &Db,
    buckets: Vec<Bucket>,
) -> Result<std::result::Result<Vec<Change>, DateTime<Utc>>> {
    let buckets = sorted(buckets);
    // The time has the precision that the database stores.
    db.atomic(move |conn| rows::count(conn, &buckets, Timestamp::now().utc()))
        .await
}

/// Returns the buckets in the order in which they are locked.
fn sorted(mut buckets: Vec<Bucket>) -> Vec<Bucket> {
    buckets.sort_by(|a, b| a.key.cmp(&b.key));
    buckets
}

/// Sometimes deletes buckets that are no longer needed.
async fn tidy(db: &Db) -> Result<()> {
    if rand::random_ratio(1, TIDIES) {
        db.write(delete_forgotten).await?;
    }
    Ok(())
}

/// Deletes empty buckets and returns their number. Part of `clearsessions`.
pub fn delete_forgotten(conn: &mut Conn) -> Result<usize> {
    rows::delete_forgotten(conn, clock::now())
}

/// The subjects of a bucket: the account and the address.
type Parts<'a> = [&'a str; 2];

fn bucket(
    settings: &Settings,
    purpose: &str,
    scope: &'static str,
    parts: Parts<'_>,
    rule: Rule,
) -> Bucket {
    // The key is hashed with a secret: people type passwords into the field for the name, and
    // addresses are personal data.
    let text = [purpose, scope, parts[0], parts[1]].join("\0");
    let key = salted_hmac(
        "nuages.auth.throttle",
        text.as_bytes(),
        settings.secret_key.reveal(),
    );
    Bucket {
        key: b64_encode(&key),
        scope,
        rule,
    }
}

fn buckets(
    request: &HttpRequest,
    settings: &Settings,
    purpose: &str,
    account: &str,
) -> Vec<Bucket> {
    let bucket = |scope: &'static str, parts: Parts<'_>, free: u32, forgets: TimeDelta| {
        bucket(settings, purpose, scope, parts, Rule { free, forgets })
    };
    let login = &settings.login;
    if let Some(device) =
        Device::from_request(request, settings).filter(|device| device.knows(account))
    {
        return vec![bucket(
            "device",
            [account, &device.id],
            login.free_failures,
            ACCOUNT_FORGETS,
        )];
    }
    let address = network(client_address(request)).to_string();
    vec![
        bucket(
            "account and address",
            [account, &address],
            login.free_failures,
            ACCOUNT_FORGETS,
        ),
        bucket(
            "account",
            [account, ""],
            login.free_failures_per_account,
            ACCOUNT_FORGETS,
        ),
        bucket(
            "address",
            ["", &address],
            login.free_failures_per_address,
            ADDRESS_FORGETS,
        ),
    ]
}

/// Returns the addresses that one visitor controls: a single IPv4 address, or a whole IPv6 network
/// of 2⁶⁴ addresses.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64).into(),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_is_written_in_words() {
        let text_after = |seconds: i64| {
            let blocked = Blocked {
                until: Utc::now() + TimeDelta::seconds(seconds) - TimeDelta::milliseconds(500),
            };
            assert_eq!(blocked.seconds(), seconds);
            blocked.text()
        };
        for (seconds, words) in [
            (1, "wait a second and"),
            (59, "59 seconds"),
            (60, "a minute"),
            (900, "15 minutes"),
        ] {
            assert!(
                text_after(seconds).contains(words),
                "{}",
                text_after(seconds)
            );
        }
        assert_eq!(
            Blocked {
                until: Utc::now() - TimeDelta::hours(1)
            }
            .seconds(),
            1
        );
    }

    #[test]
    fn an_ipv6_network_is_one_visitor() {
        assert_eq!(
            network("2001:db8:1:2:3:4:5:6".parse().unwrap()).to_string(),
            "2001:db8:1:2::"
        );
        assert_eq!(
            network("192.0.2.7".parse().unwrap()).to_string(),
            "192.0.2.7"
        );
    }
}
