//! Records the rows that a page offered as choices, so that a save can distinguish a row that was
//! deleted meanwhile from one that never existed.
//!
//! A hidden input holds the primary keys of the lists in the page, as ranges:
//! `catalog.category=1-12,14`. It is not signed, because it only decides between two error texts.

use super::bound_form::BoundChangeForm;
use super::request::ChangeFormRequest;
use crate::admin::LogEntry;
use crate::db::Conn;
use crate::error::Result;
use crate::models::Meta;

/// The name of the hidden input.
pub(super) const OFFERED: &str = "_offered";

/// Returns the value of the hidden input: the integer keys of `keys`, by model.
pub(super) fn offered<'a>(lists: impl Iterator<Item = (&'a Meta, Vec<i64>)>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (model, mut keys) in lists {
        keys.sort_unstable();
        let mut ranges: Vec<(i64, i64)> = Vec::new();
        for key in keys {
            match ranges.last_mut() {
                Some((_, last)) if key.checked_sub(1) == Some(*last) => *last = key,
                _ => ranges.push((key, key)),
            }
        }
        let text = |(first, last): &(i64, i64)| {
            if first == last {
                first.to_string()
            } else {
                format!("{first}-{last}")
            }
        };
        query.append_pair(
            &model.label(),
            &ranges.iter().map(text).collect::<Vec<_>>().join(","),
        );
    }
    query.finish()
}

/// Whether a page with the hidden input `sent` offered the row of `model` with this key.
fn was_offered(sent: &str, model: &Meta, key: &str) -> bool {
    let Ok(key) = key.trim().parse::<i64>() else {
        return false;
    };
    let label = model.label();
    let is_in = |range: &str| {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        first.parse().is_ok_and(|first: i64| first <= key)
            && last.parse().is_ok_and(|last: i64| key <= last)
    };
    let mut lists = form_urlencoded::parse(sent.as_bytes());
    lists.any(|(name, ranges)| name == label && ranges.split(',').any(is_in))
}

impl ChangeFormRequest {
    /// Changes the error of missing chosen rows to say that they were deleted meanwhile, if the
    /// page offered them or showed them as chosen, or if the history has their deletion and so knows
    /// their names. Other rows get Django's text.
    pub(super) fn name_deleted_choices(
        &self,
        conn: &mut Conn,
        change_form: &mut BoundChangeForm,
    ) -> Result<()> {
        let sent = self
            .post
            .as_ref()
            .and_then(|post| post.fields.get(OFFERED))
            .unwrap_or_default();
        let rows = change_form
            .inlines
            .iter_mut()
            .flat_map(|formset| formset.rows.iter_mut())
            .map(|row| &mut row.form);
        for bound in std::iter::once(&mut change_form.form)
            .chain(rows)
            .flat_map(|form| form.fields.iter_mut())
        {
            let (Some(key), Some(model)) = (bound.missing.clone(), bound.field.to()) else {
                continue;
            };
            let name = LogEntry::name_of_deleted(conn, model, &key)?;
            let was_there = name.is_some()
                || was_offered(sent, model, &key)
                || bound.typed.reads_as(&bound.shown);
            if was_there {
                bound.tell_deleted(name.as_deref().filter(|_| self.actor.may_view(model)));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{offered, was_offered};
    use crate::admin::LogEntry;
    use crate::auth::User;
    use crate::models::Model as _;

    #[test]
    fn ranges_contain_exactly_the_offered_keys() {
        let (user, entry) = (User::meta(), LogEntry::meta());
        let sent = offered([(user, vec![7, 1, 3, 2]), (entry, vec![])].into_iter());
        assert_eq!(sent, "auth.user=1-3%2C7&admin.logentry=");
        for key in ["1", "2", "3", "7", " 3 "] {
            assert!(was_offered(&sent, user, key), "{key:?} was offered");
        }
        for key in ["0", "4", "6", "8", "", "x"] {
            assert!(!was_offered(&sent, user, key), "{key:?} was not offered");
        }
        assert!(
            !was_offered(&sent, entry, "1") && !was_offered("nonsense", user, "1"),
            "another list"
        );
    }
}
