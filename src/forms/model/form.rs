//! A form over one row of any model.

use std::sync::Arc;

use chrono_tz::Tz;

use super::clean::no_such_choice;
use super::{Cleaned, LOADED, ModelField, Posted, Typed, clean, prefixed, texts};
use crate::db::{Unreadable, Value};
use crate::forms::fields::NO_SUCH_ROW;
use crate::forms::uploads::{self, Change, Upload};
use crate::models::{Condition, Meta, Record, RelationTarget};

/// The error of a file field whose kept file was deleted before the form was saved.
const LOST_FILE: &str =
    "The file that you chose is not kept any more. Choose it again, or save without it.";

/// A field of a form with its values.
#[derive(Debug, Clone)]
pub struct BoundField {
    /// The field.
    pub field: ModelField,
    /// Whether the keys of a many-to-many field are in one text, separated by commas.
    pub commas: bool,
    /// The value when the form was created.
    pub initial: Cleaned,
    /// The values that the page showed before the user changed them, as far as they are known.
    pub shown: Typed,
    /// The texts in the controls.
    pub typed: Typed,
    /// The submitted value, if it is valid.
    pub cleaned: Option<Cleaned>,
    /// An uploaded file that is not stored yet.
    pub upload: Option<Upload>,
    /// Whether both this form and somebody else have changed the field since the page was made.
    pub conflict: bool,
    /// The chosen primary key, if its row does not exist.
    pub missing: Option<String>,
    /// The limit of the rows that a relation can be set to, for one request.
    pub limit: Option<Arc<Condition>>,
    /// Whether values are compared exactly, as a program sends them. Otherwise a value that looks the same in a browser's form
    /// is the same.
    pub exact: bool,
    /// The errors of the field.
    pub errors: Vec<String>,
}

impl BoundField {
    /// Returns the rows that the field can refer to.
    pub fn target(&self) -> Option<RelationTarget> {
        let target = self.field.target()?;
        Some(target.limited(self.limit.clone()))
    }

    /// Creates a field with this initial value.
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
            limit: None,
            exact: false,
            errors,
        }
    }

    /// Returns the note that the column holds an unreadable value, unless another value was
    /// entered.
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

    /// Whether the control must be able to show any text.
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
        // As in Django, a field that was not sent keeps its default.
        let has_default = self
            .field
            .column()
            .is_some_and(|column| column.default.is_some());
        let left_out = self.typed.0.is_empty() && !self.field.is_box();
        if left_out && has_default && self.cleaned.as_ref().is_some_and(is_empty) {
            self.cleaned = Some(self.initial.clone());
        }
    }

    /// Keeps an unchanged date and time that is ambiguous, because clocks in the zone are set back
    /// in that night.
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

    /// Keeps an unreadable value that was sent back unchanged, so that the rest of the row can be
    /// saved.
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

    /// Reads and validates an uploaded file.
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
        if file.is_none() && !clear && posted.data.lost_files.contains(&name) {
            self.errors.push(LOST_FILE.to_owned());
            return;
        }
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

    /// Changes the error of a missing chosen row to say that it was deleted meanwhile. `name` is its
    /// display name, if it is known.
    pub fn tell_deleted(&mut self, name: Option<&str>) {
        let (Some(key), Some(model)) = (&self.missing, self.field.to()) else {
            return;
        };
        let before = match self.field {
            ModelField::Column(_) => NO_SUCH_ROW.to_owned(),
            ModelField::Many(_) => no_such_choice(key),
        };
        let one = &model.verbose_name;
        let row = name.map_or_else(|| one.clone(), |name| format!("{one} “{name}”"));
        for error in self.errors.iter_mut().filter(|error| **error == before) {
            *error =
                format!("Select a valid choice. The {row} that you chose was deleted meanwhile.");
        }
    }

    /// Whether the submitted value differs from the initial one; also true if it is invalid.
    pub fn has_changed(&self) -> bool {
        let is_same = |cleaned: &Cleaned| {
            let is_one = self.exact && matches!(cleaned, Cleaned::One(_));
            if is_one {
                *cleaned == self.initial
            } else {
                cleaned.reads_as(&self.initial)
            }
        };
        self.cleaned
            .as_ref()
            .is_none_or(|cleaned| !is_same(cleaned))
    }

    /// Whether the submitted value differs from the one that the page showed. A default that
    /// differs each time is not a change.
    pub fn is_touched(&self) -> bool {
        self.has_changed() && (self.field.is_file() || !self.typed.reads_as(&self.shown))
    }

    /// Returns the submitted value, else the initial one.
    pub fn value(&self) -> &Cleaned {
        self.cleaned.as_ref().unwrap_or(&self.initial)
    }
}

/// A form over one row, with its fields, submitted values and errors.
#[derive(Debug, Clone)]
pub struct ModelForm {
    /// The model.
    pub model: &'static Meta,
    /// The prefix of the field names: `items-0`, or "".
    pub prefix: String,
    /// The name of the submitted page; see `loaded`.
    pub(super) page: String,
    /// The row when the form was created; for a new row, the defaults.
    pub record: Record,
    /// Whether the row is new.
    pub adding: bool,
    /// The fields, in order.
    pub fields: Vec<BoundField>,
    /// Columns with a fixed value that are not fields, such as an inline's foreign key to its
    /// parent.
    pub fixed: Vec<&'static str>,
    /// Errors that do not belong to a single field.
    pub errors: Vec<String>,
}

impl ModelForm {
    /// Creates a form over `record` with these fields; `linked` are the links of many-to-many
    /// fields.
    pub fn new(
        mut record: Record,
        adding: bool,
        fields: &[ModelField],
        linked: &dyn Fn(&'static str) -> Vec<Value>,
        zone: Tz,
    ) -> Self {
        // As in Django, the check box of a new row is not ticked unless it has a default.
        for column in fields
            .iter()
            .filter(|field| adding && field.is_box())
            .filter_map(|field| field.column())
        {
            if record.value(column).is_null() {
                record.set_value(column, false);
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

    /// Compares values exactly, as a program sends them.
    #[must_use]
    pub(crate) fn exact(mut self) -> Self {
        self.fields.iter_mut().for_each(|bound| bound.exact = true);
        self
    }

    /// Binds only the fields for files. This reads files: call it on a blocking thread.
    pub(crate) fn bind_files(&mut self, posted: &Posted<'_>) {
        let files = self.fields.iter_mut().filter(|bound| bound.field.is_file());
        files.for_each(|bound| bound.bind_file(posted));
    }

    /// Sets the prefix of the field names.
    #[must_use]
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// Turns the form of a new row into a copy of `original`: files and ambiguous times, which
    /// cannot be entered, are copied unless another value is sent.
    pub fn copy_from(&mut self, original: &Record, zone: Tz) {
        for bound in self
            .fields
            .iter_mut()
            .filter(|bound| bound.field.is_file() || bound.field.is_split())
        {
            if let Some(column) = bound.field.column() {
                self.record
                    .set_value(column, original.value(column).clone());
                *bound = BoundField::new(
                    bound.field,
                    Cleaned::One(original.value(column).clone()),
                    zone,
                );
            }
        }
    }

    /// Binds the form to submitted data and validates each field separately. This reads files: call
    /// it on a blocking thread.
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

    /// Returns the field with this name in forms.
    pub fn field(&self, name: &str) -> Option<&BoundField> {
        self.fields.iter().find(|bound| bound.field.name() == name)
    }

    /// Returns the name of a field's control in the page.
    pub fn name_of(&self, field: ModelField) -> String {
        prefixed(&self.prefix, field.name())
    }

    /// Adds an error to the field `name` (or the column `name`), or to the whole form.
    pub fn add_error(&mut self, name: &str, text: impl Into<String>) {
        let named =
            |bound: &&mut BoundField| bound.field.name() == name || bound.field.key() == name;
        match self.fields.iter_mut().find(named) {
            Some(bound) => bound.errors.push(text.into()),
            None => self.errors.push(text.into()),
        }
    }

    /// Whether there are no errors so far.
    pub fn is_valid(&self) -> bool {
        self.errors.is_empty()
            && self
                .fields
                .iter()
                .all(|bound| bound.errors.is_empty() && !bound.conflict)
    }

    /// Returns the fields whose submitted value differs from the initial one.
    pub fn changed(&self) -> impl Iterator<Item = &BoundField> {
        self.fields.iter().filter(|bound| bound.has_changed())
    }

    /// Whether any field has changed.
    pub fn has_changed(&self) -> bool {
        self.changed().next().is_some()
    }

    /// Returns the row that saving the form would give.
    pub fn row(&self) -> Record {
        let mut row = self.record.clone();
        for bound in self.changed() {
            if let (ModelField::Column(column), Some(Cleaned::One(value))) =
                (bound.field, &bound.cleaned)
            {
                row.set_value(column, value.clone());
            }
        }
        row
    }
}

/// Returns the note for a field whose column holds a value of another kind.
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
