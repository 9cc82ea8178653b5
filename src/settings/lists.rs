//! Settings for long lists.

use std::time::Duration;

use super::env::Env;

/// The `LIST_…` settings.
#[derive(Debug, Clone, Copy)]
pub struct ListSettings {
    /// `LIST_COUNT_LIMIT`: up to how many rows a list of the admin counts. A longer list says "more than
    /// 10,000", or estimates the number of its rows.
    pub count_limit: i64,
    /// `LIST_BUDGET` (seconds): the time of one statement that counts or searches in such a list. The list leaves
    /// out a number that takes longer.
    pub budget: Duration,
    /// `SEARCH_BUDGET` (seconds): the time that the search over all models of the admin has for each model.
    pub search_budget: Duration,
}

impl ListSettings {
    pub(super) fn read(env: &Env, wrong: &mut Vec<String>) -> Self {
        Self {
            count_limit: env.number("LIST_COUNT_LIMIT", 10_000, 1..=1_000_000_000, wrong),
            budget: env.seconds("LIST_BUDGET", 0.05, wrong),
            search_budget: env.seconds("SEARCH_BUDGET", 0.1, wrong),
        }
    }
}
