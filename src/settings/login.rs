//! Guessed passwords and reset mails: how many are free, and who says where a visitor is.

use ipnet::IpNet;

use super::env::Env;

/// The `LOGIN_FREE_FAILURES…` and `PASSWORD_RESET_FREE_MAILS…` settings and `TRUSTED_PROXIES`.
#[derive(Debug, Clone)]
pub struct LoginSettings {
    /// `LOGIN_FREE_FAILURES`: wrong passwords for one account from one address, or from one browser that knows the
    /// account, before the next try has to wait.
    pub free_failures: u32,
    /// `LOGIN_FREE_FAILURES_PER_ACCOUNT`: the same for one account from all addresses together.
    pub free_failures_per_account: u32,
    /// `LOGIN_FREE_FAILURES_PER_ADDRESS`: the same for all accounts together from one address.
    pub free_failures_per_address: u32,
    /// `PASSWORD_RESET_FREE_MAILS`: mails with a link that may be asked for one after the other for one mail address,
    /// before the next has to wait.
    pub free_mails: u32,
    /// `PASSWORD_RESET_FREE_MAILS_PER_ADDRESS`: the same from one address of the network, for all mail addresses together.
    pub free_mails_per_address: u32,
    /// `TRUSTED_PROXIES`: addresses and networks whose `X-Forwarded-For` is believed.
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
