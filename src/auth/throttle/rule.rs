//! The rule for waiting times: each failure fills a bucket, which empties slowly.

use chrono::{DateTime, TimeDelta, Utc};

/// The longest wait.
const LONGEST: TimeDelta = TimeDelta::minutes(15);

/// The state of a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct State {
    /// When all its failures will be forgotten, if no further ones occur.
    pub(super) empty_at: DateTime<Utc>,
    /// Until when attempts are refused.
    pub(super) blocked_until: DateTime<Utc>,
}

/// The capacity of a bucket, and how fast it empties.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rule {
    /// Number of failures before the first wait.
    pub(super) free: u32,
    /// The time in which one failure is forgotten.
    pub(super) forgets: TimeDelta,
}

impl State {
    /// Returns the time from `now` until the next attempt is allowed; `None` if it is allowed now.
    pub(super) fn wait(&self, now: DateTime<Utc>) -> Option<TimeDelta> {
        (self.blocked_until > now).then(|| self.blocked_until - now)
    }
}

impl Rule {
    /// Returns `state` with one more failure. As soon as the bucket holds `free` failures, a wait
    /// follows each further one: 1 second, 2, 4, … 15 minutes.
    ///
    /// So at most `free + 10` attempts are possible at once, and afterwards one in `forgets` or in
    /// 15 minutes, whichever is shorter.
    pub(super) fn after_failure(&self, state: State, now: DateTime<Utc>) -> State {
        let empty_at = state.empty_at.max(now) + self.forgets;
        let (full, one) = (
            (empty_at - now).num_milliseconds(),
            self.forgets.num_milliseconds().max(1),
        );
        // Round up: a partly forgotten failure counts as a whole one.
        let failures = (full + one - 1) / one;
        let wait = match u32::try_from(failures - i64::from(self.free)) {
            Ok(over) => TimeDelta::seconds(1 << over.min(20)).min(LONGEST),
            Err(_) => return State { empty_at, ..state },
        };
        State {
            empty_at,
            blocked_until: now + wait,
        }
    }

    /// Returns the state of a bucket with one or two unreadable times. It neither allows guesses
    /// nor blocks forever: an unreadable `empty_at` counts as a bucket whose next failure costs a
    /// wait, an unreadable `blocked_until` as the longest wait from now on.
    pub(super) fn repaired(
        &self,
        empty_at: Option<DateTime<Utc>>,
        blocked_until: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> State {
        let full = || now + self.forgets * i32::try_from(self.free).unwrap_or(i32::MAX);
        State {
            empty_at: empty_at.unwrap_or_else(full),
            blocked_until: blocked_until.unwrap_or(now + LONGEST),
        }
    }

    /// Returns `now` without the failure that turned `before` into `after`. Failures that others
    /// added meanwhile remain.
    pub(super) fn without(&self, now: State, before: State, after: State) -> State {
        let blocked_until = if now.blocked_until == after.blocked_until {
            before.blocked_until
        } else {
            now.blocked_until
        };
        State {
            empty_at: now.empty_at - self.forgets,
            blocked_until,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: Rule = Rule {
        free: 50,
        forgets: TimeDelta::minutes(15),
    };

    fn empty(now: DateTime<Utc>) -> State {
        State {
            empty_at: now,
            blocked_until: now,
        }
    }

    /// Returns the number of attempts in `time` if each is made as soon as it is allowed.
    fn tries(rule: Rule, time: TimeDelta) -> u32 {
        let start = Utc::now();
        let (mut now, mut state, mut count) = (start, empty(start), 0);
        while now - start < time {
            state = rule.after_failure(state, now);
            count += 1;
            now += state.wait(now).unwrap_or(TimeDelta::milliseconds(1));
        }
        count
    }

    #[test]
    fn waits_grow_from_a_second_to_a_quarter_of_an_hour() {
        let now = Utc::now();
        let mut state = empty(now);
        let mut waits = Vec::new();
        for _ in 0..63 {
            state = RULE.after_failure(state, now);
            waits.push(state.wait(now).map_or(0, |wait| wait.num_seconds()));
        }
        assert_eq!(waits[..49], [0; 49]);
        assert_eq!(
            waits[49..],
            [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900, 900]
        );
    }

    #[test]
    fn an_attacker_has_the_documented_number_of_tries() {
        assert!(tries(RULE, TimeDelta::minutes(10)) <= 60);
        assert!(tries(RULE, TimeDelta::hours(24)) <= 60 + 96);
        let account = Rule { free: 200, ..RULE };
        assert!(tries(account, TimeDelta::hours(24)) <= 210 + 96);
        let address = Rule {
            free: 500,
            forgets: TimeDelta::seconds(10),
        };
        assert!(tries(address, TimeDelta::hours(1)) <= 510 + 360);
    }

    #[test]
    fn a_released_attempt_does_not_count() {
        let now = Utc::now();
        let mut full = empty(now);
        for _ in 0..55 {
            full = RULE.after_failure(full, now);
        }
        for before in [empty(now), full] {
            let after = RULE.after_failure(before, now);
            assert_eq!(RULE.without(after, before, after), before);
            // Another attempt failed meanwhile: its wait stays.
            let later = RULE.after_failure(after, now + TimeDelta::minutes(16));
            let given = RULE.without(later, before, after);
            assert_eq!(
                (given.empty_at, given.blocked_until),
                (later.empty_at - RULE.forgets, later.blocked_until)
            );
        }
    }
}
