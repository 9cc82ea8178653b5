//! `API_RATE`: how many requests a token may make in a time.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::db::Timestamp;
use crate::settings::ApiRate;

/// Number of tokens above which those whose time is over are forgotten.
const MANY: usize = 10_000;

/// The requests of each token in its current period.
static COUNTS: Mutex<Option<HashMap<TokenKey, Window>>> = Mutex::new(None);

/// The primary key of a token, and when it was made: the sites of tests have separate databases.
pub(super) type TokenKey = (i64, Option<Timestamp>);

struct Window {
    began: Instant,
    requests: u32,
}

/// Counts a request with the token `key`. Returns the time to wait if there were too many.
pub(super) fn count(key: TokenKey, rate: ApiRate) -> Option<Duration> {
    let mut counts = COUNTS.lock().unwrap_or_else(PoisonError::into_inner);
    let counts = counts.get_or_insert_with(HashMap::new);
    if counts.len() > MANY {
        counts.retain(|_, window| window.began.elapsed() < rate.period);
    }

    let window = counts.entry(key).or_insert_with(|| Window {
        began: Instant::now(),
        requests: 0,
    });
    if window.began.elapsed() >= rate.period {
        (window.began, window.requests) = (Instant::now(), 0);
    }
    if window.requests >= rate.requests {
        return Some(rate.period.saturating_sub(window.began.elapsed()));
    }
    window.requests += 1;
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_waits_after_its_number_of_requests() {
        let rate = ApiRate {
            requests: 2,
            period: Duration::from_millis(300),
        };
        assert_eq!(count((-1, None), rate), None, "the first request");
        assert_eq!(count((-1, None), rate), None, "the second request");
        assert!(
            count((-1, None), rate).is_some(),
            "the third request must wait"
        );
        assert_eq!(count((-2, None), rate), None, "another token");
        std::thread::sleep(rate.period);
        assert_eq!(
            count((-1, None), rate),
            None,
            "a request in the next period"
        );
    }
}
