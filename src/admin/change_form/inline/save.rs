//! Saves inline rows.

use super::Formset;
use crate::admin::Done;
use crate::db::{Conn, Value};
use crate::error::{Error, Result};
use crate::models::content_types::ContentType;
use crate::models::{Field, Record};
use crate::records::Writer;

impl Formset {
    /// Returns the column with the content type of the parent, and its value, if the rows can belong
    /// to rows of any model.
    fn content_type(
        &self,
        conn: &mut Conn,
        parent: &Record,
    ) -> Result<Option<(&'static Field, i32)>> {
        let Some(field) = self
            .inline
            .content_type
            .and_then(|column| self.model().column(column))
        else {
            return Ok(None);
        };
        let id = ContentType::for_model(conn, parent.model.concrete())?;
        let id = id.ok_or_else(|| {
            Error::command(format!(
                "{} has no content type",
                parent.model.object_label()
            ))
        })?;
        Ok(Some((field, id)))
    }

    /// Updates, inserts and deletes rows; returns the changes for the history of `parent`.
    pub(in crate::admin::change_form) fn save(
        &mut self,
        conn: &mut Conn,
        writer: &mut Writer<'_>,
        parent: &Record,
        is_copy: bool,
    ) -> Result<Vec<Done>> {
        let (fk, key) = (self.fk, self.parent_key(parent));
        let content_type = if self.adds() {
            self.content_type(conn, parent)?
        } else {
            None
        };
        let mut changed: Vec<(Value, Vec<String>)> = Vec::new();
        let mut added: Vec<Value> = Vec::new();
        let deleted = self.delete(conn, writer)?;
        for (at, row) in self.rows.iter_mut().enumerate() {
            if row.delete || row.lost || !row.counts() {
                continue;
            }
            if row.form.adding {
                row.form.record.set_value(fk, key.clone());
                if let Some((field, id)) = content_type {
                    row.form.record.set_value(field, id);
                }
            }
            let labels: Vec<String> = row
                .form
                .changed()
                .map(|bound| self.inline.options.label(bound.field))
                .collect();
            if labels.is_empty() && !row.form.adding {
                continue;
            }
            writer.store_files(&mut row.form, is_copy)?;
            self.writing = Some(at);
            let record = writer.save_form(conn, self.inline.policy(), &row.form)?;
            let pk = record.pk().clone();
            if row.form.adding {
                added.push(pk);
            } else {
                changed.push((pk, labels));
            }
        }
        self.writing = None;
        let one = self.model().verbose_name.clone();
        let pks: Vec<Value> = added
            .iter()
            .chain(changed.iter().map(|(pk, _)| pk))
            .cloned()
            .collect();
        let names = if pks.is_empty() {
            Vec::new()
        } else {
            self.among(pks).order_by(Vec::new()).named(conn, None, 0)?
        };
        let name = |pk: &Value| {
            names
                .iter()
                .find(|(other, _)| other == pk)
                .map(|(_, name)| name.clone())
                .unwrap_or_default()
        };
        let mut done: Vec<Done> = added
            .iter()
            .map(|pk| Done::RowAdded(one.clone(), name(pk)))
            .collect();
        done.extend(
            changed
                .into_iter()
                .map(|(pk, labels)| Done::RowChanged(one.clone(), name(&pk), labels)),
        );
        done.extend(
            deleted
                .into_iter()
                .map(|name| Done::RowDeleted(one.clone(), name)),
        );
        Ok(done)
    }

    /// Deletes the rows that were ticked for it. Returns their names.
    fn delete(&self, conn: &mut Conn, writer: &mut Writer<'_>) -> Result<Vec<String>> {
        let going: Vec<_> = self.rows.iter().filter(|row| row.goes()).collect();
        let records: Vec<&Record> = going.iter().map(|row| &row.form.record).collect();

        writer.delete_parts(conn, self.inline.policy(), &records)?;

        Ok(going.into_iter().map(|row| row.name.clone()).collect())
    }
}
