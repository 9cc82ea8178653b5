//! Texts of PostgreSQL dates and times that Chrono cannot represent: infinite ones, and distant years.

/// Formats a date as PostgreSQL does; `days` counts from 2000-01-01.
pub(super) fn date(days: i32) -> String {
    match days {
        i32::MAX => "infinity".to_owned(),
        i32::MIN => "-infinity".to_owned(),
        days => {
            let (year, month, day) = civil(days.into());
            let (year, era) = if year > 0 {
                (year, "")
            } else {
                (1 - year, " BC")
            };
            format!("{year:04}-{month:02}-{day:02}{era}")
        }
    }
}

/// Formats a point in time as PostgreSQL does; `micros` counts microseconds from 2000-01-01 UTC.
pub(super) fn moment(micros: i64) -> String {
    const DAY: i64 = 86_400_000_000;
    match micros {
        i64::MAX => return "infinity".to_owned(),
        i64::MIN => return "-infinity".to_owned(),
        _ => {}
    }
    let (year, month, day) = civil(micros.div_euclid(DAY));
    let seconds = micros.rem_euclid(DAY) / 1_000_000;
    let (year, era) = if year > 0 {
        (year, "")
    } else {
        (1 - year, " BC")
    };
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}{era}")
}

/// Returns the year, month and day of this number of days after 2000-01-01. Chrono supports fewer
/// years than PostgreSQL.
fn civil(days: i64) -> (i64, i64, i64) {
    // Days since 0000-03-01, in eras of 400 years.
    let days = days + 730_425;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::{date, moment};

    #[test]
    fn days_and_moments_are_written_like_in_postgresql() {
        assert_eq!(date(0), "2000-01-01");
        assert_eq!(date(59), "2000-02-29");
        assert_eq!(date(i32::MAX), "infinity");
        assert_eq!(date(-746_117), "0044-03-15 BC");
        assert_eq!(date(2_921_939), "9999-12-31");
        assert_eq!(date(2_921_940), "10000-01-01");
        assert_eq!(moment(0), "2000-01-01 00:00:00");
        assert_eq!(moment(-1_000_000), "1999-12-31 23:59:59");
        assert_eq!(moment(9_223_371_331_199_999_999), "294276-12-31 23:59:59");
    }
}
