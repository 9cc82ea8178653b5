//! Records the values of a form when its page was made, so that a save can distinguish the changes
//! of different people.
//!
//! A hidden input carries a short mark of every column that the form shows, and the keys of every
//! many-to-many field. An unchanged field never overwrites a value that somebody else has saved
//! since. A field that both have changed is a conflict, which is shown. The marks reveal nothing
//! that the form does not show. They are not signed: a forged mark only allows overwriting, which
//! its sender could do without one.

use std::borrow::Cow;

use chrono_tz::Tz;
use sha2::{Digest as _, Sha256};

use super::{BoundField, Cleaned, ModelField, ModelForm, Posted, Typed, own_saves, texts};
use crate::db::Value;
use crate::forms::fields::plain;
use crate::signing::{b64_encode, random_string};

/// The name of the hidden input, after the form's prefix.
pub const LOADED: &str = "_loaded";
/// The name of the page in the hidden input; no field has this name.
const PAGE: &str = "";
const PAGE_LENGTH: usize = 16;

/// Returns the mark of a field's texts: eight bytes of a hash.
fn mark(typed: &Typed) -> String {
    let mut hash = Sha256::new();
    for text in typed.0.iter().filter(|_| !typed.is_empty()) {
        hash.update(plain(text).as_bytes());
        hash.update([0]);
    }
    b64_encode(&hash.finalize()[..8])
}

fn keys(values: &[Value]) -> String {
    values
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(",")
}

impl ModelForm {
    /// Returns the value of the hidden input: `=Xk3…&name=8c1f…&tags=3,5`. For a new row it has the
    /// defaults that the page shows.
    pub fn loaded(&self, zone: Tz) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if !self.adding {
            query.append_pair(PAGE, &random_string(PAGE_LENGTH));
        }
        for bound in &self.fields {
            let mark = if self.adding {
                mark(&bound.shown)
            } else {
                bound.mark(&bound.initial, zone)
            };
            query.append_pair(bound.field.name(), &mark);
        }
        query.finish()
    }

    /// Whether somebody else has changed a field that was changed here as well.
    pub fn has_conflict(&self) -> bool {
        self.fields.iter().any(|bound| bound.conflict)
    }

    /// Merges changes, given the texts of all controls (in field order) when the page was made.
    pub fn merge_texts(&mut self, were: &[Typed], zone: Tz) {
        for (bound, was) in self.fields.iter_mut().zip(were) {
            bound.merge(&mark(was), None, zone);
        }
    }

    /// Whether every field was sent back unchanged, according to the hidden input: for a row that
    /// no longer exists.
    pub fn is_sent_back_as_shown(&self, posted: &Posted<'_>) -> bool {
        let Some(loaded) = posted.last(LOADED) else {
            return false;
        };
        let marks: Vec<_> = form_urlencoded::parse(loaded.as_bytes()).collect();
        self.fields.iter().all(|bound| {
            let was = marks
                .iter()
                .find(|(name, _)| *name == bound.field.name())
                .map(|(_, was)| &**was);
            match bound.field {
                ModelField::Many(_) => was.is_some_and(|was| {
                    let before: Vec<&str> = was.split(',').filter(|key| !key.is_empty()).collect();
                    before.len() == bound.typed.0.len()
                        && bound
                            .typed
                            .0
                            .iter()
                            .all(|key| before.contains(&key.as_str()))
                }),
                ModelField::Column(_) if bound.field.is_file() => bound.upload.is_none(),
                ModelField::Column(_) => was == Some(&mark(&bound.typed)),
            }
        })
    }

    /// Merges changes, given the value of the hidden input.
    pub(super) fn merge(&mut self, loaded: &str, zone: Tz) {
        // "Save as new" sends the hidden input of another row.
        let is_of_another = |(name, _): &(Cow<'_, str>, Cow<'_, str>)| name == PAGE;
        if self.adding && form_urlencoded::parse(loaded.as_bytes()).any(|pair| is_of_another(&pair))
        {
            return;
        }
        let mut own = None;
        for (name, was) in form_urlencoded::parse(loaded.as_bytes()) {
            // Accept only names that this code may have created.
            if name == PAGE && was.len() == PAGE_LENGTH {
                own = own_saves::saved_by(&was);
                self.page = was.into_owned();
                continue;
            }
            // A change that this page has saved itself is not a conflict.
            let saved = own
                .iter()
                .flatten()
                .find(|(field, _)| *field == name)
                .map(|(_, mark)| mark.as_str());
            match self
                .fields
                .iter_mut()
                .find(|bound| bound.field.name() == name)
            {
                Some(bound) if self.adding => bound.compare(&was),
                Some(bound) => bound.merge(&was, saved, zone),
                None => {}
            }
        }
    }

    /// Records the values that the page has saved, so that sending it again is not a conflict. Call
    /// it before the transaction ends, so that the next transaction that locks the row finds them.
    pub fn saved(&self, zone: Tz) {
        if self.page.is_empty() {
            return;
        }
        let mark = |bound: &BoundField| {
            let value = bound.cleaned.as_ref().unwrap_or(&bound.initial);
            (bound.field.name(), bound.mark(value, zone))
        };
        own_saves::remember(&self.page, self.changed().map(mark).collect());
    }
}

impl BoundField {
    /// Returns the mark of a value of this field; for links, their keys.
    fn mark(&self, value: &Cleaned, zone: Tz) -> String {
        match value {
            Cleaned::Many(links) => keys(links),
            one @ Cleaned::One(_) => mark(&texts(self.field, one, zone)),
        }
    }

    /// Records whether the field of a new row was sent back unchanged; `was` is the mark of the
    /// value that was shown.
    fn compare(&mut self, was: &str) {
        if mark(&self.typed) == was {
            self.shown = self.typed.clone();
            self.keep_unreadable_moment();
        }
    }

    /// Merges a field: `was` is the mark of the value that was shown, `saved` that of the value
    /// that the same page has saved since.
    fn merge(&mut self, was: &str, saved: Option<&str>, zone: Tz) {
        let current = texts(self.field, &self.initial, zone);
        if let ModelField::Many(_) = self.field {
            return self.merge_links(was);
        }
        let cleaned = self
            .cleaned
            .as_ref()
            .map(|cleaned| texts(self.field, cleaned, zone));
        let untouched = if self.field.is_file() {
            !self.has_changed()
        } else {
            mark(&self.typed) == was || cleaned.is_some_and(|cleaned| mark(&cleaned) == was)
        };
        if untouched {
            // Keep an unchanged value, even if it could not be entered.
            self.cleaned = Some(self.initial.clone());
            self.typed = current;
            self.errors.clear();
        } else if mark(&current) != was {
            self.conflict = saved != Some(mark(&current).as_str()) && self.has_changed();
        }
    }

    /// Applies the added and removed links to the current links.
    fn merge_links(&mut self, was: &str) {
        let Some(Cleaned::Many(chosen)) = &self.cleaned else {
            return;
        };
        let Cleaned::Many(current) = &self.initial else {
            return;
        };
        let before: Vec<&str> = was.split(',').collect();
        let was_there = |pk: &&Value| before.contains(&pk.to_string().as_str());
        let kept = current
            .iter()
            .filter(|pk| chosen.contains(pk) || !was_there(pk));
        let fresh = chosen
            .iter()
            .filter(|pk| !current.contains(pk) && !was_there(pk));
        let merged: Vec<Value> = kept.chain(fresh).cloned().collect();
        self.typed = Typed(merged.iter().map(ToString::to_string).collect());
        self.cleaned = Some(Cleaned::Many(merged));
    }
}
