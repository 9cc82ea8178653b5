//! Searches without scripts for the rows that a field of the form may hold.

use super::bound_form::BoundChangeForm;
use super::picker::{PickerResult, searchable};
use super::request::ChangeFormRequest;
use crate::admin::autocomplete::matching;
use crate::db::Conn;
use crate::error::Result;
use crate::records::{SEARCH_CANDIDATES, SEARCHED_CHOICES};

impl ChangeFormRequest {
    /// Searches for the field called `name` like autocomplete; returns `None` if there is no such
    /// field.
    pub(super) fn search_rows(
        &self,
        conn: &mut Conn,
        change_form: &BoundChangeForm,
        name: &str,
        term: &str,
    ) -> Result<Option<PickerResult>> {
        let inside = change_form
            .inlines
            .iter()
            .flat_map(|formset| formset.rows.iter().map(|row| &row.form));
        let fields = std::iter::once(&change_form.form)
            .chain(inside)
            .flat_map(|form| {
                form.fields
                    .iter()
                    .map(|bound| (form.name_of(bound.field), bound))
            });
        let mut called = fields.filter(|(other, _)| other == name);
        let target = called.find_map(|(_, bound)| {
            let related = bound.target()?;
            Some((searchable(self.site, &self.actor, related.model)?, related))
        });
        let Some((target, related)) = target else {
            return Ok(None);
        };
        let mut named = if term.contains('\0') {
            Vec::new()
        } else {
            matching(target, related.rows(self.actor.queryset(target)), term)
                .with_few_candidates(conn, SEARCH_CANDIDATES)?
                .named(conn, Some(SEARCHED_CHOICES + 1), 0)?
        };
        let limit = usize::try_from(SEARCHED_CHOICES).unwrap_or_default();
        let more = named.len() > limit;
        named.truncate(limit);
        let rows = named
            .into_iter()
            .map(|(pk, name)| (pk.to_string(), name))
            .collect();
        Ok(Some(PickerResult {
            name: name.to_owned(),
            term: term.to_owned(),
            rows,
            more,
        }))
    }
}
