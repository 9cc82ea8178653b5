//! The time between two moments for people (`django.utils.timesince`).

use chrono::{DateTime, Datelike as _, NaiveDate, NaiveDateTime, Utc};

use crate::words::counted;

/// The units after years and months, with their seconds.
const CHUNKS: [(i64, &str, &str); 4] = [
    (604_800, "week", "weeks"),
    (86_400, "day", "days"),
    (3_600, "hour", "hours"),
    (60, "minute", "minutes"),
];

/// The days of each month, as Django counts them here.
const MONTHS_DAYS: [u32; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/// Returns the time from `earlier` to `later` in at most two adjacent units, with spaces that do not break: "2 weeks, 3
/// days". Returns "0 minutes" if `later` is not later.
pub(super) fn time_between(earlier: DateTime<Utc>, later: DateTime<Utc>) -> String {
    let (earlier, later) = (earlier.naive_utc(), later.naive_utc());
    if (later - earlier).num_seconds() <= 0 {
        return unit(0, "minute", "minutes");
    }

    let months_between = whole_months(earlier, later);
    let (years, months) = (months_between / 12, months_between % 12);
    let pivot = plus_months(earlier, months_between);
    let mut rest = (later - pivot).num_seconds();
    let mut amounts = vec![(years, "year", "years"), (months, "month", "months")];
    for (seconds, one, many) in CHUNKS {
        amounts.push((rest / seconds, one, many));
        rest %= seconds;
    }

    let Some(first) = amounts.iter().position(|(amount, ..)| *amount > 0) else {
        return unit(0, "minute", "minutes");
    };
    let shown = amounts[first..]
        .iter()
        .take(2)
        .take_while(|(amount, ..)| *amount > 0)
        .map(|(amount, one, many)| unit(*amount, one, many));
    shown.collect::<Vec<_>>().join(", ")
}

fn unit(amount: i64, one: &str, many: &str) -> String {
    counted(amount, one, many).replace(' ', "\u{a0}")
}

/// Returns the number of whole months between two moments.
fn whole_months(earlier: NaiveDateTime, later: NaiveDateTime) -> i64 {
    let months = i64::from(later.year() - earlier.year()) * 12 + i64::from(later.month())
        - i64::from(earlier.month());
    let is_incomplete = earlier.day() > later.day()
        || (earlier.day() == later.day() && earlier.time() > later.time());
    months - i64::from(is_incomplete)
}

/// Adds months as Django does: a day that the month lacks becomes its last one, and February has 28 days in every year.
fn plus_months(moment: NaiveDateTime, months: i64) -> NaiveDateTime {
    if months <= 0 {
        return moment;
    }
    let since_january = i64::from(moment.month0()) + months;
    let year = i64::from(moment.year()) + since_january / 12;
    let index = since_january % 12;
    let last = MONTHS_DAYS[usize::try_from(index).unwrap_or_default()];
    let date = NaiveDate::from_ymd_opt(
        i32::try_from(year).unwrap_or_default(),
        u32::try_from(index + 1).unwrap_or_default(),
        moment.day().min(last),
    );
    date.map_or(moment, |date| date.and_time(moment.time()))
}
