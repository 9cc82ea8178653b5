//! Files of a form: stored when the form is saved, and copied for the copy of a row.

use super::Writer;
use crate::db::Value;
use crate::error::{Error, Result};
use crate::forms::model::{BoundField, Cleaned, ModelForm};
use crate::forms::uploads::Stored;
use crate::settings::Settings;

impl Writer<'_> {
    /// Stores the files that were sent, and copies those of the original if the row `is_copy`. From then on the fields
    /// hold the paths of the stored files.
    pub fn store_files(&mut self, form: &mut ModelForm, is_copy: bool) -> Result<()> {
        for bound in &mut form.fields {
            self.store_file(bound, is_copy)?;
        }
        Ok(())
    }

    fn store_file(&mut self, bound: &mut BoundField, is_copy: bool) -> Result<()> {
        let stored = match (&bound.upload, bound.field.column()) {
            (Some(upload), _) => self.store_upload(upload).map(Some),
            // A copy gets its own file, so that changes to one of the two rows do not affect the
            // other.
            (None, Some(column)) if is_copy && !path_to_copy(bound).is_empty() => {
                match self.copy_file(path_to_copy(bound), column) {
                    Ok(None) => {
                        bound.errors.push(missing_file(bound));
                        return Err(Error::NotStored("the file to copy is missing".to_owned()));
                    }
                    copied => copied,
                }
            }
            _ => Ok(None),
        };

        match stored {
            Ok(Some(path)) => bound.cleaned = Some(Cleaned::One(path)),
            Ok(None) => {}
            Err(error) => {
                bound.errors.push(not_stored(&error).to_owned());
                return Err(Error::NotStored(error.to_string()));
            }
        }
        Ok(())
    }
}

/// Returns the path of the original's file that must be copied; "" if the original has no file.
fn path_to_copy(bound: &BoundField) -> &str {
    let is_kept = bound.field.is_file() && bound.upload.is_none() && !bound.has_changed();
    bound
        .value()
        .one()
        .and_then(Value::as_str)
        .filter(|_| is_kept)
        .unwrap_or_default()
}

/// Adds an error to each file field of a copy whose original's file cannot be read. Otherwise the
/// copy would share the original's path.
pub(crate) fn tell_missing_files(form: &mut ModelForm, settings: &Settings) {
    for bound in &mut form.fields {
        let path = path_to_copy(bound);
        if !path.is_empty() && !Stored::exists(path, settings) {
            bound.errors.push(missing_file(bound));
        }
    }
}

/// Returns the error for a file field of a copy whose original's file cannot be read.
fn missing_file(bound: &BoundField) -> String {
    let name = path_to_copy(bound).rsplit('/').next().unwrap_or_default();
    let remedy = if bound.field.required() {
        "Choose a file for the new row."
    } else {
        "Choose a file for the new row, or remove this one to save it without a file."
    };
    format!(
        "The original’s file “{name}” is missing on the server, so it cannot be copied. {remedy}"
    )
}

/// Returns the error for a file field whose file could not be stored.
fn not_stored(error: &Error) -> &'static str {
    match error {
        Error::DiskFull(_) => {
            "The file could not be stored: there is no room left on the server. Nothing was saved."
        }
        _ => {
            "The file could not be stored: the folder for uploads cannot be written just now. Nothing was saved."
        }
    }
}
