//! A form over one row of any model.

use chrono_tz::Tz;

use super::clean::no_such_choice;
use super::{Cleaned, LOADED, ModelField, Posted, Typed, clean, prefixed, texts};
use crate::db::{Unreadable, Value};
use crate::forms::fields::NO_SUCH_ROW;
use crate::forms::uploads::{self, Change, Upload};
use crate::models::{Meta, Record};

/// A field of a form, with what stands in it.
#[derive(Debug, Clone)]
pub struct BoundField {
    /// The field.
    pub field: ModelField,
    /// A many-to-many field whose keys stand in one text, with commas between them.
    pub commas: bool,
    /// What it held when the form was made.
    pub initial: Cleaned,
    /// The values that the page showed in its controls before anything was typed, as far as they are known.
    pub shown: Typed,
    /// What stands in its controls.
    pub typed: Typed,
    /// What was sent, if that makes sense.
    pub cleaned: Option<Cleaned>,
    /// A file that was sent, not stored yet.
    pub upload: Option<Upload>,
    /// Someone else has changed it since the page was made, and so does what was sent.
    pub conflict: bool,
    /// The key of a row that was chosen and is not there.
    pub missing: Option<String>,
    /// What is wrong with it.
    pub errors: Vec<String>,
}

impl BoundField {
    /// A field that holds this.
    pub fn new(field: ModelField, initial: Cleaned, zone: Tz) -> Self {
        let typed = texts(field, &initial, zone);
        let (cleaned, upload) = (None, None);
        let (shown, errors) = (typed.clone(), Vec::new());
        Self {
            field,
            commas: false,
            initial,
            shown,
            typed,
            cleaned,
            upload,
            conflict: false,
            missing: None,
            errors,
        }
    }

    /// The note beside the field if its column holds something that cannot be read, and no other value was typed.
    pub fn note(&self) -> Option<String> {
        let is_repaired = self
            .cleaned
            .as_ref()
            .is_some_and(|cleaned| !cleaned.reads_as(&self.initial));
        self.initial
            .one()
            .and_then(Value::unreadable)
            .filter(|_| !is_repaired)
            .map(unreadable_note)
    }

    /// Whether its control must be able to show any text.
    pub(super) fn needs_plain_control(&self) -> bool {
        !self.errors.is_empty() || self.note().is_some()
    }

    fn bind(&mut self, posted: &Posted<'_>, zone: Tz) {
        self.typed = posted.typed(self.field, self.commas);
        (self.cleaned, self.errors) = match clean(self.field, &self.typed, zone) {
            Ok(cleaned) => (Some(cleaned), Vec::new()),
            Err(errors) => (None, errors),
        };
        if let Some(shown) = posted.shown(self.field) {
            self.shown = shown;
        }
        self.keep_unreadable_moment();
        if self.initial.one().and_then(Value::unreadable).is_some() {
            self.keep_unreadable(zone);
        }
        // What was not sent at all keeps its default, as in Django.
        let has_default = self
            .field
            .column()
            .is_some_and(|column| column.default.is_some());
        let left_out = self.typed.0.is_empty() && !self.field.is_box();
        if left_out && has_default && self.cleaned.as_ref().is_some_and(is_empty) {
            self.cleaned = Some(self.initial.clone());
        }
    }

    /// Keeps the value of a date and time that was sent back as the page showed it, although nothing can be made of it: the
    /// clocks of the zone show the time twice, in the night in which they are put back.
    pub(super) fn keep_unreadable_moment(&mut self) {
        if self.field.is_split()
            && self.cleaned.is_none()
            && !self.typed.is_empty()
            && self.typed.reads_as(&self.shown)
        {
            self.cleaned = Some(self.initial.clone());
            self.errors.clear();
        }
    }

    /// Keeps a value that cannot be read if it was sent back as the page showed it: the rest of the row can be saved.
    fn keep_unreadable(&mut self, zone: Tz) {
        let plain = |typed: &Typed| {
            typed
                .0
                .iter()
                .map(|text| text.replace("\r\n", "\n").trim().to_owned())
                .collect::<Vec<_>>()
        };
        if plain(&self.typed) == plain(&texts(self.field, &self.initial, zone)) {
            self.cleaned = Some(self.initial.clone());
            self.errors.clear();
        }
    }

    /// Looks at the file that was sent; reads it.
    fn bind_file(&mut self, posted: &Posted<'_>) {
        let ModelField::Column(column) = self.field else {
            return;
        };
        let name = prefixed(&posted.prefix, column.name);
        let file = posted
            .data
            .files
            .iter()
            .rev()
            .find(|(field, _)| *field == name)
            .map(|(_, file)| file);
        let clear = uploads::is_cleared(posted.data, &name);
        match uploads::clean(column, file, clear, self.typed.first()) {
            Ok(Change::Keep) => self.cleaned = Some(self.initial.clone()),
            Ok(Change::Clear) => self.cleaned = Some(Cleaned::One(Value::Text(String::new()))),
            Ok(Change::New(upload)) => {
                self.cleaned = Some(Cleaned::One(Value::Text(upload.name().to_owned())));
                self.upload = Some(upload);
            }
            Err(errors) => self.errors.extend(errors),
        }
    }

    /// Says of the chosen row that is not there that it was deleted meanwhile.
    pub fn tell_deleted(&mut self) {
        let (Some(key), Some(model)) = (&self.missing, self.field.to()) else {
            return;
        };
        let before = match self.field {
            ModelField::Column(_) => NO_SUCH_ROW.to_owned(),
            ModelField::Many(_) => no_such_choice(key),
        };
        let one = &model.verbose_name;
        for error in self.errors.iter_mut().filter(|error| **error == before) {
            *error =
                format!("Select a valid choice. The {one} that you chose was deleted meanwhile.");
        }
    }

    /// Whether what was sent differs from what it held; also when it makes no sense.
    pub fn has_changed(&self) -> bool {
        self.cleaned
            .as_ref()
            .is_none_or(|cleaned| !cleaned.reads_as(&self.initial))
    }

    /// Whether something else was sent than the page showed. A default that is another one each time is not a change.
    pub fn is_touched(&self) -> bool {
        self.has_changed() && (self.field.is_file() || !self.typed.reads_as(&self.shown))
    }

    /// What it holds now: what was sent, or else what it held.
    pub fn value(&self) -> &Cleaned {
        self.cleaned.as_ref().unwrap_or(&self.initial)
    }
}

/// A form over one row: the fields in question, what was sent for them, and what is wrong with that.
#[derive(Debug, Clone)]
pub struct ModelForm {
    /// The model.
    pub model: &'static Meta,
    /// What stands before its fields' names: `items-0`, or "".
    pub prefix: String,
    /// What the page that was sent calls itself; see `loaded`.
    pub(super) page: String,
    /// The row, as it was when the form was made; of a new row, its defaults.
    pub record: Record,
    /// Whether the row is new.
    pub adding: bool,
    /// Its fields, in order.
    pub fields: Vec<BoundField>,
    /// Columns that are no fields of it and yet fixed: an inline's key to its parent.
    pub fixed: Vec<&'static str>,
    /// What is wrong with the form as a whole.
    pub errors: Vec<String>,
}

impl ModelForm {
    /// A form over `record` with these fields; `linked` says what a many-to-many field links to.
    pub fn new(
        mut record: Record,
        adding: bool,
        fields: &[ModelField],
        linked: &dyn Fn(&'static str) -> Vec<Value>,
        zone: Tz,
    ) -> Self {
        // A new row's box without a default is not ticked, as in Django.
        for column in fields
            .iter()
            .filter(|field| adding && field.is_box())
            .filter_map(|field| field.column())
        {
            if record.value(column).is_null() {
                record.set(column.column, false);
            }
        }
        let bound = fields.iter().map(|&field| {
            let held = match field {
                ModelField::Column(column) => Cleaned::One(record.value(column).clone()),
                ModelField::Many(many) => Cleaned::Many(linked(many.name)),
            };
            BoundField::new(field, held, zone)
        });
        let fields = bound.collect();
        let (fixed, errors) = (Vec::new(), Vec::new());
        let (prefix, page) = (String::new(), String::new());
        Self {
            model: record.model,
            prefix,
            page,
            record,
            adding,
            fields,
            fixed,
            errors,
        }
    }

    /// With this before its fields' names.
    #[must_use]
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// Makes the form of a new row one of a copy of `original`: what cannot be typed, files and times that the clocks show
    /// twice, is that of the original unless something else is sent.
    pub fn copy_from(&mut self, original: &Record, zone: Tz) {
        for bound in self
            .fields
            .iter_mut()
            .filter(|bound| bound.field.is_file() || bound.field.is_split())
        {
            if let Some(column) = bound.field.column() {
                self.record
                    .set(column.column, original.value(column).clone());
                *bound = BoundField::new(
                    bound.field,
                    Cleaned::One(original.value(column).clone()),
                    zone,
                );
            }
        }
    }

    /// Takes what was sent, each field looked at by itself. It reads files: call it where blocking is allowed.
    pub fn bind(&mut self, posted: &Posted<'_>, zone: Tz) {
        for bound in &mut self.fields {
            if bound.field.is_file() {
                bound.bind_file(posted);
            } else {
                bound.bind(posted, zone);
            }
        }
        if let Some(loaded) = posted.last(LOADED) {
            self.merge(loaded, zone);
        }
    }

    /// The field that forms call `name`.
    pub fn field(&self, name: &str) -> Option<&BoundField> {
        self.fields.iter().find(|bound| bound.field.name() == name)
    }

    /// The name of a field's control in the page.
    pub fn name_of(&self, field: ModelField) -> String {
        prefixed(&self.prefix, field.name())
    }

    /// Says that something is wrong with the field `name` (a column's name will do), or with the whole form.
    pub fn add_error(&mut self, name: &str, text: impl Into<String>) {
        let named =
            |bound: &&mut BoundField| bound.field.name() == name || bound.field.key() == name;
        match self.fields.iter_mut().find(named) {
            Some(bound) => bound.errors.push(text.into()),
            None => self.errors.push(text.into()),
        }
    }

    /// Whether nothing is wrong so far.
    pub fn is_valid(&self) -> bool {
        self.errors.is_empty()
            && self
                .fields
                .iter()
                .all(|bound| bound.errors.is_empty() && !bound.conflict)
    }

    /// The fields in which something else was sent than they held.
    pub fn changed(&self) -> impl Iterator<Item = &BoundField> {
        self.fields.iter().filter(|bound| bound.has_changed())
    }

    /// Whether anything else was sent than it held.
    pub fn has_changed(&self) -> bool {
        self.changed().next().is_some()
    }

    /// The row as it would be saved: what was sent over what it held.
    pub fn row(&self) -> Record {
        let mut row = self.record.clone();
        for bound in self.changed() {
            if let (ModelField::Column(column), Some(Cleaned::One(value))) =
                (bound.field, &bound.cleaned)
            {
                row.set(column.column, value.clone());
            }
        }
        row
    }
}

/// The note beside a field whose column holds a value of another kind.
pub fn unreadable_note(cell: &Unreadable) -> String {
    let held = if cell.text.trim().is_empty() {
        "an empty text".to_owned()
    } else {
        format!("“{}”", cell.text)
    };
    format!(
        "The database holds {held} here, which cannot be read. Enter a value to repair it; left alone, it stays as it is."
    )
}

fn is_empty(cleaned: &Cleaned) -> bool {
    match cleaned {
        Cleaned::One(value) => value.is_null() || value.as_str().is_some_and(str::is_empty),
        Cleaned::Many(keys) => keys.is_empty(),
    }
}
