//! The `API_…` settings.

use std::str::FromStr;
use std::time::Duration;

use super::env::Env;

/// The `API_…` settings.
#[derive(Debug, Clone)]
pub struct ApiSettings {
    /// `API_CORS_ORIGINS`: the origins whose scripts may read the JSON API, separated by commas:
    /// `https://shop.example,https://app.example:8443`. Browsers send no cookies with such requests.
    pub cors_origins: Vec<String>,
    /// `API_RATE`: the most requests with one token in a time, such as `100/min`. Each process counts by itself. It is off
    /// by default.
    pub rate: Option<ApiRate>,
}

/// A number of requests in a time: `100/min`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ApiRate {
    /// The number of requests.
    pub requests: u32,
    /// The time.
    pub period: Duration,
}

impl ApiSettings {
    pub(super) fn read(env: &Env, wrong: &mut Vec<String>) -> Self {
        let origins = env.list("API_CORS_ORIGINS");
        if origins.iter().any(|origin| !is_origin(origin)) {
            let accepted = "origins separated by commas, such as https://shop.example";
            env.complain("API_CORS_ORIGINS", accepted, wrong);
        }
        Self {
            cors_origins: origins,
            rate: env.optional("API_RATE", "a rate such as 100/min or 5000/day", wrong),
        }
    }
}

/// Whether the text is an origin: a scheme, a host and perhaps a port.
fn is_origin(text: &str) -> bool {
    let rest = ["https://", "http://"]
        .iter()
        .find_map(|scheme| text.strip_prefix(scheme));
    rest.is_some_and(|host| !host.is_empty() && !host.contains(['/', '*', ' ']))
}

impl FromStr for ApiRate {
    type Err = ();

    /// Parses a rate as Django REST framework does: a number, and a period of which the first letter counts.
    fn from_str(text: &str) -> Result<Self, ()> {
        let (requests, period) = text.split_once('/').ok_or(())?;
        let seconds = match period.bytes().next() {
            Some(b's') => 1,
            Some(b'm') => 60,
            Some(b'h') => 3_600,
            Some(b'd') => 86_400,
            _ => return Err(()),
        };
        let requests = requests.parse().map_err(drop)?;
        (requests > 0)
            .then(|| Self {
                requests,
                period: Duration::from_secs(seconds),
            })
            .ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::{ApiRate, is_origin};

    #[test]
    fn rates_are_read_as_django_rest_framework_reads_them() {
        for (text, seconds) in [
            ("5/s", 1),
            ("100/min", 60),
            ("7/hour", 3_600),
            ("9/d", 86_400),
        ] {
            let rate: ApiRate = text.parse().unwrap();
            assert_eq!(rate.period.as_secs(), seconds, "the period of {text}");
        }
        for text in ["", "5", "0/min", "x/min", "5/", "-1/min", "5/week"] {
            assert!(text.parse::<ApiRate>().is_err(), "{text:?} is not a rate");
        }
    }

    #[test]
    fn an_origin_has_a_scheme_and_no_path() {
        for good in ["https://a.example", "http://localhost:3000"] {
            assert!(is_origin(good), "{good} is an origin");
        }
        for bad in [
            "",
            "*",
            "a.example",
            "https://",
            "https://a.example/",
            "https://*.example",
        ] {
            assert!(!is_origin(bad), "{bad:?} is not an origin");
        }
    }
}
