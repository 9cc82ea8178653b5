//! The age at which a cached value expires.

use std::time::Duration;

use crate::settings::CacheSettings;

/// The age at which a cached value expires: `60`, `Duration::from_secs(60)`, `None` or
/// `Timeout::Default`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Timeout {
    /// The setting `CACHE_TIMEOUT`, which is 300 seconds if it is not set.
    #[default]
    Default,
    /// The value does not expire.
    Never,
    /// The value expires at this age; with zero it is not kept.
    After(Duration),
}

impl Timeout {
    /// Returns the age, or `None` if the value does not expire.
    pub(super) fn age(self, settings: &CacheSettings) -> Option<Duration> {
        match self {
            Self::Default => settings.timeout,
            Self::Never => None,
            Self::After(age) => Some(age),
        }
    }
}

impl From<u64> for Timeout {
    fn from(seconds: u64) -> Self {
        Self::After(Duration::from_secs(seconds))
    }
}

impl From<i32> for Timeout {
    /// As in Django, a negative number of seconds keeps nothing.
    fn from(seconds: i32) -> Self {
        Self::from(u64::try_from(seconds).unwrap_or(0))
    }
}

impl From<Duration> for Timeout {
    fn from(age: Duration) -> Self {
        Self::After(age)
    }
}

impl From<Option<u64>> for Timeout {
    fn from(seconds: Option<u64>) -> Self {
        seconds.map_or(Self::Never, Self::from)
    }
}
