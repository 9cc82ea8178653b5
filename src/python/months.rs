//! Names of months.

/// The months in English (Python's `calendar.month_name`).
pub const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Returns the month, counted from 0, in Associated Press style (Django's `MONTHS_AP`): `Jan.`,
/// `March`, `Sept.`
pub fn month_abbreviation(month0: u32) -> &'static str {
    const ABBREVIATIONS: [&str; 12] = [
        "Jan.", "Feb.", "March", "April", "May", "June", "July", "Aug.", "Sept.", "Oct.", "Nov.",
        "Dec.",
    ];
    ABBREVIATIONS
        .get(month0 as usize)
        .copied()
        .unwrap_or_default()
}
