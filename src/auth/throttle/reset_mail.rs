//! Limits the number of reset mails that visitors can have sent to an address.

use actix_web::HttpRequest;
use chrono::TimeDelta;

use super::{ACCOUNT_FORGETS, bucket, count, network, tidy};
use crate::auth::normalize;
use crate::auth::throttle::rule::Rule;
use crate::error::Result;
use crate::http::{client_address, settings_and_db};

/// The time after which a network address may request one more mail.
const ADDRESS_FORGETS: TimeDelta = TimeDelta::minutes(1);

/// Counts a mail to `email` that the visitor requests, whether or not a user has that address.
/// Returns false if there were too many; then do not send the mail.
pub async fn may_mail(request: &HttpRequest, email: &str) -> Result<bool> {
    let (settings, db) = settings_and_db(request);
    let (email, address) = (
        normalize::email(email),
        network(client_address(request)).to_string(),
    );
    let login = &settings.login;
    let account = Rule {
        free: login.free_mails,
        forgets: ACCOUNT_FORGETS,
    };
    let place = Rule {
        free: login.free_mails_per_address,
        forgets: ADDRESS_FORGETS,
    };
    let buckets = vec![
        bucket(settings, "reset mail", "account", [&email, ""], account),
        bucket(settings, "reset mail", "address", ["", &address], place),
    ];
    let counted = count(db, buckets).await?;
    tidy(db).await?;
    Ok(counted.is_ok())
}
