//! [`Range`]: the days or months that the tiles look at.

use chrono::{Datelike as _, Days, Months, NaiveDate};
use chrono_tz::Tz;

use crate::clock;
use crate::db::Timestamp;
use crate::python::month_abbreviation;

/// The days or months that the tiles look at: whole days or months of the site's time zone, today included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    name: &'static str,
    today: NaiveDate,
    zone: Tz,
}

/// A day or a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    /// `Mar. 4` or `March 2026`.
    pub label: String,
    /// The moment at which it begins.
    pub start: Timestamp,
    /// The moment at which the next one begins.
    pub end: Timestamp,
    /// The first day.
    pub day: NaiveDate,
}

impl Range {
    /// The names of all ranges, each with its words for people.
    pub(super) const ALL: [(&'static str, &'static str); 3] =
        [("7d", "7 days"), ("30d", "30 days"), ("12m", "12 months")];

    /// Creates the range with this name; an unknown name is the last 30 days.
    pub(super) fn new(name: &str, zone: Tz) -> Self {
        let known = Self::ALL.iter().find(|(known, _)| *known == name);
        Self {
            name: known.map_or("30d", |(name, _)| name),
            today: clock::now().with_timezone(&zone).date_naive(),
            zone,
        }
    }

    /// Returns `7d`, `30d` or `12m`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Whether the range is divided into months.
    pub fn has_months(&self) -> bool {
        self.name == "12m"
    }

    /// Returns the first day.
    pub fn first_day(&self) -> NaiveDate {
        match self.name {
            "7d" => self.today - Days::new(6),
            "12m" => first_of_month(self.today) - Months::new(11),
            _ => self.today - Days::new(29),
        }
    }

    /// Returns the moment at which the range begins.
    pub fn start(&self) -> Timestamp {
        Timestamp::start_of(self.first_day(), self.zone)
    }

    /// Returns the moment at which the range ends: the end of today.
    pub fn end(&self) -> Timestamp {
        Timestamp::start_of(self.today + Days::new(1), self.zone)
    }

    /// Returns the days or months of the range, oldest first.
    pub fn buckets(&self) -> Vec<Bucket> {
        let mut buckets = Vec::new();
        let mut day = self.first_day();
        while day <= self.today {
            let next = if self.has_months() {
                first_of_month(day) + Months::new(1)
            } else {
                day + Days::new(1)
            };
            let month = month_abbreviation(day.month0());
            buckets.push(Bucket {
                label: if self.has_months() {
                    format!("{month} {}", day.year())
                } else {
                    format!("{month} {}", day.day())
                },
                start: Timestamp::start_of(day, self.zone),
                end: Timestamp::start_of(next, self.zone),
                day,
            });
            day = next;
        }
        buckets
    }
}

fn first_of_month(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(name: &'static str, today: &str) -> Range {
        Range {
            name,
            today: today.parse().unwrap(),
            zone: Tz::Europe__Prague,
        }
    }

    #[test]
    fn a_week_is_today_and_the_six_days_before() {
        let week = range("7d", "2026-03-30").buckets();
        assert_eq!((week.len(), week[6].label.as_str()), (7, "March 30"));
        // Clocks are set forward on March 29, so that this day has 23 hours.
        let hours = week[5].end.utc() - week[5].start.utc();
        assert_eq!(hours.num_hours(), 23);
    }

    #[test]
    fn a_year_is_this_month_and_the_eleven_before() {
        let year = range("12m", "2026-03-31").buckets();
        assert_eq!(year.len(), 12);
        assert_eq!(year[0].day.to_string(), "2025-04-01");
        assert_eq!(year[11].day.to_string(), "2026-03-01");
        assert_eq!(year[10].end, year[11].start);
    }
}
