//! What the fields of a form held when its page was made: how a save tells whose change is whose.
//!
//! A hidden input carries a short mark of every column that the form shows, and the keys of every many-to-many field. A
//! field that was left as it was when the page was made never overwrites what someone else saved since; one that both
//! have changed is a conflict, which is shown. The marks say nothing that the form does not show. They are not signed:
//! whoever forges one can only overwrite, which they could without any.

use std::borrow::Cow;

use chrono_tz::Tz;
use sha2::{Digest as _, Sha256};

use super::{BoundField, Cleaned, ModelField, ModelForm, Posted, Typed, own_saves, texts};
use crate::db::Value;
use crate::forms::fields::plain;
use crate::signing::{b64_encode, random_string};

/// The name of the hidden input, behind the form's prefix.
pub const LOADED: &str = "_loaded";
/// In it, what the page itself is called; no field has this name.
const PAGE: &str = "";
const PAGE_LENGTH: usize = 16;

/// A mark of what stands in a field: eight bytes of a hash.
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
    /// The value of the hidden input: `=Xk3…&name=8c1f…&tags=3,5`. For a new row it says what the page showed: defaults.
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

    /// Whether someone else has changed a field that was changed here as well.
    pub fn has_conflict(&self) -> bool {
        self.fields.iter().any(|bound| bound.conflict)
    }

    /// Goes by what stood in the controls of its fields, in their order, when the page was made.
    pub fn merge_texts(&mut self, were: &[Typed], zone: Tz) {
        for (bound, was) in self.fields.iter_mut().zip(were) {
            bound.merge(&mark(was), None, zone);
        }
    }

    /// Whether every field was sent back as the page showed it, by what its hidden input says: for a row that is not there
    /// any more to compare with.
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

    /// Goes by what the hidden input said.
    pub(super) fn merge(&mut self, loaded: &str, zone: Tz) {
        // "Save as new" sends what the page said of another row.
        let is_of_another = |(name, _): &(Cow<'_, str>, Cow<'_, str>)| name == PAGE;
        if self.adding && form_urlencoded::parse(loaded.as_bytes()).any(|pair| is_of_another(&pair))
        {
            return;
        }
        let mut own = None;
        for (name, was) in form_urlencoded::parse(loaded.as_bytes()) {
            // Only what may have been made here is remembered.
            if name == PAGE && was.len() == PAGE_LENGTH {
                own = own_saves::of(&was);
                self.page = was.into_owned();
                continue;
            }
            // What this page has saved itself is nobody else's change.
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

    /// After a save: what the page wrote is not somebody else's change when it is sent once more. To be called before the
    /// transaction ends, so that the next to lock the row finds it.
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
    /// The mark of a value of this field; of links their keys.
    fn mark(&self, value: &Cleaned, zone: Tz) -> String {
        match value {
            Cleaned::Many(links) => keys(links),
            one @ Cleaned::One(_) => mark(&texts(self.field, one, zone)),
        }
    }

    /// Notes whether the field of a new row was sent back as it was shown; `was` is the mark of that.
    fn compare(&mut self, was: &str) {
        if mark(&self.typed) == was {
            self.shown = self.typed.clone();
            self.keep_unreadable_moment();
        }
    }

    /// `was` is the mark of what stood there, `saved` of what the same page wrote there since.
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
            // A value that was not touched stays as it is, even one that nobody could type in.
            self.cleaned = Some(self.initial.clone());
            self.typed = current;
            self.errors.clear();
        } else if mark(&current) != was {
            self.conflict = saved != Some(mark(&current).as_str()) && self.has_changed();
        }
    }

    /// Links that were added or taken away here are added to, or taken from, those that there are by now.
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
