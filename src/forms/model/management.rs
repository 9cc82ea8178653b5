//! The number of forms on a page (Django's management form).

use super::Posted;
use crate::forms::fields::form_int;

/// Returns the number of submitted forms and the number of those for existing rows; or the error if
/// these inputs are not numbers.
pub fn management(posted: &Posted<'_>) -> Result<(usize, usize), String> {
    let number = |name: &str| posted.last(name).and_then(form_int);
    let counted = |number: i128| usize::try_from(number.max(0)).unwrap_or(usize::MAX);
    let total = number("TOTAL_FORMS").map(counted);
    // With a negative number, all rows would count as new.
    let initial = number("INITIAL_FORMS")
        .filter(|initial| *initial >= 0)
        .map(counted);
    // These two are not used, but must be numbers if they were sent.
    let is_odd = |name: &&str| {
        posted
            .last(name)
            .is_some_and(|text| !text.trim().is_empty())
            && number(name).is_none()
    };
    let odd: Vec<&str> = ["MIN_NUM_FORMS", "MAX_NUM_FORMS"]
        .into_iter()
        .filter(is_odd)
        .collect();
    if let (Some(counts), true) = (total.zip(initial), odd.is_empty()) {
        return Ok(counts);
    }
    let missing = [("TOTAL_FORMS", total), ("INITIAL_FORMS", initial)]
        .into_iter()
        .filter(|(_, found)| found.is_none());
    let missing = missing.map(|(name, _)| name).chain(odd);
    let names: Vec<String> = missing
        .map(|name| format!("{}-{name}", posted.prefix))
        .collect();
    Err(format!(
        "ManagementForm data is missing or has been tampered with. Missing fields: {}. You may need to file a bug report \
         if the issue persists.",
        names.join(", ")
    ))
}
