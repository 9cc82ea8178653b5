//! The inputs that say how many forms a page sends (Django's management form).

use super::Posted;
use crate::forms::fields::form_int;

/// How many forms were sent, and how many of them are of rows that were there already; or what is said where these inputs
/// are no numbers.
pub fn management(posted: &Posted<'_>) -> Result<(usize, usize), String> {
    let number = |name: &str| posted.last(name).and_then(form_int);
    let counted = |number: i128| usize::try_from(number.max(0)).unwrap_or(usize::MAX);
    let total = number("TOTAL_FORMS").map(counted);
    // With fewer than none of them there already, all would be taken for new ones.
    let initial = number("INITIAL_FORMS")
        .filter(|initial| *initial >= 0)
        .map(counted);
    // Nobody needs these two, but where they were sent they are numbers.
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
