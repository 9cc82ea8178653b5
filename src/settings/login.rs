//! Limits for wrong passwords and for reset mails, and the proxies that are trusted to name the
//! visitor's address.

use ipnet::IpNet;

use super::env::Env;

/// The `LOGIN_FREE_FAILURES…` and `PASSWORD_RESET_FREE_MAILS…` settings and `TRUSTED_PROXIES`.
#[derive(Debug, Clone)]
pub struct LoginSettings {
    /// `LOGIN_FREE_FAILURES`: number of wrong passwords for one account from one address (or from
    /// one browser that has logged in to the account before) that cost no wait.
    pub free_failures: u32,
    /// `LOGIN_FREE_FAILURES_PER_ACCOUNT`: the same limit for one account from all addresses
    /// together.
    pub free_failures_per_account: u32,
    /// `LOGIN_FREE_FAILURES_PER_ADDRESS`: the same limit for all accounts together from one
    /// address.
    pub free_failures_per_address: u32,
    /// `PASSWORD_RESET_FREE_MAILS`: number of mails with a reset link that can be requested for one
    /// mail address without a wait.
    pub free_mails: u32,
    /// `PASSWORD_RESET_FREE_MAILS_PER_ADDRESS`: the same limit for one network address and all mail
    /// addresses together.
    pub free_mails_per_address: u32,
    /// `TRUSTED_PROXIES`: addresses and networks whose `X-Forwarded-For` header is trusted.
    pub trusted_proxies: Vec<IpNet>,
}

impl LoginSettings {
    pub(super) fn read(env: &Env, wrong: &mut Vec<String>) -> Self {
        const MOST: u32 = 1_000_000;
        Self {
            free_failures: env.number("LOGIN_FREE_FAILURES", 50, 1..=MOST, wrong),
            free_failures_per_account: env.number(
                "LOGIN_FREE_FAILURES_PER_ACCOUNT",
                200,
                1..=MOST,
                wrong,
            ),
            free_failures_per_address: env.number(
                "LOGIN_FREE_FAILURES_PER_ADDRESS",
                500,
                1..=MOST,
                wrong,
            ),
            free_mails: env.number("PASSWORD_RESET_FREE_MAILS", 5, 1..=MOST, wrong),
            free_mails_per_address: env.number(
                "PASSWORD_RESET_FREE_MAILS_PER_ADDRESS",
                50,
                1..=MOST,
                wrong,
            ),
            trusted_proxies: env.networks("TRUSTED_PROXIES", wrong),
        }
    }
}
