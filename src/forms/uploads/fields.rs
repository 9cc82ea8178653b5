//! The file fields of a form over a row.

use super::{Change, Stored, Upload, clean, is_cleared};
use crate::db::Value;
use crate::error::Result;
use crate::forms::model::{Cleaned, ModelForm};
use crate::http::PostData;
use crate::settings::Settings;

/// The files that were sent for a form and are right; not stored yet.
#[derive(Debug, Default)]
pub struct Uploads(Vec<(&'static str, Upload)>);

/// Files that were stored for a row that is about to be saved. They are removed when this is dropped, unless
/// [`keep`](Self::keep) was called; see [`Stored`].
#[must_use = "the files are removed unless they are kept"]
#[derive(Debug, Default)]
pub struct StoredFiles(Vec<Stored>);

impl Uploads {
    /// Takes what was sent for the file fields of `form`, which was bound: each stays, is emptied, or is to hold a file.
    /// What is wrong stands beside the field.
    ///
    /// It reads the files: call it where blocking is allowed.
    pub fn bind(form: &mut ModelForm, post: &PostData) -> Self {
        let mut uploads = Vec::new();
        let names: Vec<String> = form.fields.iter().map(|bound| form.name_of(bound.field)).collect();
        for (bound, name) in form.fields.iter_mut().zip(names) {
            let Some(column) = bound.field.column().filter(|column| column.is_file()) else { continue };
            let held = bound.initial.one().and_then(Value::as_str).unwrap_or_default();
            // A row that is not there yet has no file, whatever was copied for it.
            let held = if form.adding { "" } else { held };
            match clean(column, post.file(&name), is_cleared(post, &name), held) {
                Ok(Change::Keep) => {}
                Ok(Change::Clear) => bound.cleaned = Some(text("")),
                Ok(Change::New(upload)) => {
                    // So it counts as changed; the real path is known when it is stored.
                    bound.cleaned = Some(text(upload.name()));
                    uploads.push((column.column, upload));
                }
                Err(error) => bound.errors.push(error),
            }
        }
        Self(uploads)
    }

    /// Stores the files, and lets the fields of `form` hold their paths. To be called when nothing is wrong with any form,
    /// right before the row is saved.
    pub fn store(&self, form: &mut ModelForm, settings: &Settings) -> Result<StoredFiles> {
        let mut files = StoredFiles::default();
        for (column, upload) in &self.0 {
            let stored = upload.store(settings)?;
            if let Some(bound) = form.fields.iter_mut().find(|bound| bound.field.key() == *column) {
                bound.cleaned = Some(text(stored.name()));
            }
            files.0.push(stored);
        }
        Ok(files)
    }
}

impl StoredFiles {
    /// Those of another form of the page as well.
    pub fn and(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    /// They stay: the rows were saved, and the transaction was committed.
    pub fn keep(self) {
        self.0.into_iter().for_each(Stored::keep);
    }
}

fn text(path: &str) -> Cleaned {
    Cleaned::One(Value::Text(path.to_owned()))
}
