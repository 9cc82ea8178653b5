//! Lets a form that this site made be sent back, however many fields it has.
//!
//! `DATA_UPLOAD_MAX_NUMBER_FIELDS` protects against requests that are costly to parse. A page for
//! staff may hold more fields than that: a product with 1,001 tags, or a list with 300 rows. Such a
//! page sends its number of fields in a hidden input, including the fields that its scripts may
//! add: inline rows, and choices of a field with search. The number is signed, so that only pages
//! of this site can raise the limit, and by no more than [`MOST_MORE`].

use crate::http::QueryDict;
use crate::settings::Settings;
use crate::signing::Signer;

/// The name of the hidden input. It must be near the beginning of the form, because only fields up
/// to the limit are searched for it.
pub const FIELD_COUNT: &str = "_fields";
/// The largest number of fields that a page can add to the limit.
const MOST_MORE: usize = 100_000;
const SIGNER: Signer<'_> = Signer::new("nuages.http.field_count");

/// Returns the value of the hidden input for a form with about `count` fields; `None` if the form
/// is small enough without it.
pub fn field_count(count: usize, settings: &Settings) -> Option<String> {
    let is_large = count >= settings.data_upload_max_number_fields / 2;
    is_large.then(|| SIGNER.sign(&count.to_string(), &settings.secret_key))
}

/// Returns the largest allowed number of fields of a form that begins with `fields`.
pub(super) fn most_fields(fields: &QueryDict, settings: &Settings) -> usize {
    let limit = settings.data_upload_max_number_fields;
    if fields.len() <= limit {
        return limit;
    }
    let declared = fields
        .iter()
        .take(limit)
        .find(|(name, _)| *name == FIELD_COUNT)
        .map(|(_, text)| text);
    let signed = declared.and_then(|text| SIGNER.unsign(text, settings.secret_keys()).ok());
    let count: usize = signed
        .and_then(|(count, _)| count.parse().ok())
        .unwrap_or_default();
    limit.saturating_add(count.min(MOST_MORE))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Env;

    fn form(first: &str, more: usize) -> QueryDict {
        QueryDict::parse(&format!("{FIELD_COUNT}={first}{}", "&a=1".repeat(more)))
    }

    #[test]
    fn only_a_signed_count_raises_the_limit() {
        let settings = Settings::read(&Env::from_pairs(&[("SECRET_KEY", "x")])).unwrap();
        let signed = field_count(1500, &settings).unwrap();
        assert_eq!(
            field_count(10, &settings),
            None,
            "a small form says nothing"
        );
        assert_eq!(
            most_fields(&form(&signed, 10), &settings),
            1000,
            "a small form needs no more"
        );
        assert_eq!(
            most_fields(&form(&signed, 2000), &settings),
            2500,
            "its own fields, and as many more as any form"
        );
        assert_eq!(
            most_fields(&form("1500", 2000), &settings),
            1000,
            "an unsigned count is ignored"
        );
        assert_eq!(
            most_fields(&form(&signed.replacen('1', "9", 1), 2000), &settings),
            1000,
            "another count is ignored"
        );
        let huge = field_count(usize::MAX, &settings).unwrap();
        assert_eq!(
            most_fields(&form(&huge, 2000), &settings),
            1000 + MOST_MORE,
            "no page adds more than this"
        );
        let late = QueryDict::parse(&format!("{}{FIELD_COUNT}={signed}", "a=1&".repeat(1500)));
        assert_eq!(
            most_fields(&late, &settings),
            1000,
            "a count behind the limit is not looked for"
        );
    }
}
