//! A field of a model: what its column cannot say.

use std::marker::PhantomData;

use super::description::leaked;
use super::fields::{ColumnType, DisplayShape, DisplayValue, FieldKind, FieldType};
use super::relation::{OnDelete, Relation};
use super::{DatePart, FileKinds, Model};
use crate::db::{Decimal, Kind, Timestamp, Value};

/// A rule for a field's values.
#[derive(Debug, Clone)]
pub enum Validator {
    /// At least this.
    Min(Decimal),
    /// At most this.
    Max(Decimal),
    /// Whatever the function says: an error's text, or nothing.
    Custom(fn(&Value) -> Option<String>),
}

/// A field, described.
#[derive(Debug, Clone)]
pub struct Field {
    /// The name in forms and URLs: `category`.
    pub name: &'static str,
    /// Its column: `category_id`.
    pub column: &'static str,
    /// The name for people: `category`.
    pub verbose_name: String,
    /// The kind of its values.
    pub kind: FieldKind,
    /// The type of its column.
    pub sql: Kind,
    /// Whether it may be NULL.
    pub null: bool,
    /// Whether a form may leave it empty.
    pub blank: bool,
    /// Whether no two rows may have the same value.
    pub unique: bool,
    /// What a form says where another row has the value; "" for the usual sentence.
    pub taken: &'static str,
    /// Whether an index of its own orders its values, which a unique field has anyway.
    pub db_index: bool,
    /// Whether it is the primary key.
    pub primary_key: bool,
    /// Whether forms show it.
    pub editable: bool,
    /// Whether nobody is shown what it holds: a hash of a password.
    pub secret: bool,
    /// The value of a new row.
    pub default: Option<fn() -> Value>,
    /// Whether the database computes it, so that no row is written with a value for it.
    pub generated: bool,
    /// Set to now whenever the row is saved.
    pub auto_now: bool,
    /// Set to now when the row is made.
    pub auto_now_add: bool,
    /// The values that may be chosen, with what people read.
    pub choices: &'static [(&'static str, &'static str)],
    /// A hint for forms.
    pub help_text: &'static str,
    /// How forms spell what was typed before they look at it.
    pub normalized: Option<fn(&str) -> String>,
    /// Rules for its values.
    pub validators: Vec<Validator>,
    /// Where a foreign key leads.
    pub relation: Option<Relation>,
    /// The kinds of files that a file field takes.
    pub file_kinds: FileKinds,
    /// The most bytes of a file.
    pub max_file_size: Option<u64>,
}

impl Field {
    /// A field as its column tells it.
    pub(super) fn of_column(column: &'static str, sql: Kind, null: bool) -> Self {
        Self {
            name: column,
            column,
            verbose_name: column.replace('_', " "),
            kind: FieldKind::of_column(sql),
            sql,
            null,
            // Django wants to be told; here a column that may be NULL says so.
            blank: null,
            unique: false,
            taken: "",
            db_index: false,
            primary_key: false,
            editable: true,
            secret: false,
            default: None,
            generated: false,
            auto_now: false,
            auto_now_add: false,
            choices: &[],
            help_text: "",
            normalized: None,
            validators: Vec::new(),
            relation: None,
            file_kinds: FileKinds::HARMLESS,
            max_file_size: None,
        }
    }

    /// The kind of the field, and the type of its column.
    pub fn column_type(&self) -> ColumnType {
        ColumnType {
            kind: self.kind,
            sql: self.sql,
        }
    }

    /// The most characters its column takes.
    pub fn max_length(&self) -> Option<usize> {
        self.kind.field_type().max_length(self.kind)
    }

    /// Whether lookups can compare this part of its values.
    pub fn has_part(&self, part: DatePart) -> bool {
        self.column_type().value_type().has_part(part)
    }

    /// The shape in which people see its values; choices are texts.
    pub fn shape(&self) -> DisplayShape {
        if self.choices.is_empty() {
            self.kind.field_type().shape()
        } else {
            DisplayShape::Text
        }
    }

    /// Returns the shape in which people see `value`.
    pub fn display<'a>(&'a self, value: &'a Value) -> DisplayValue<'a> {
        FieldDisplay::new(self).display(value)
    }

    /// Returns the label: `Released on`.
    pub fn label(&self) -> String {
        capfirst(&self.verbose_name)
    }

    /// Returns the label of a value of its choices.
    pub fn choice_label(&self, value: &str) -> Option<&'static str> {
        self.choices
            .iter()
            .find(|(key, _)| *key == value)
            .map(|(_, label)| *label)
    }

    /// The hint below a file field before a file is chosen: `PDF documents, at most 5 MB.`
    pub fn file_hint(&self) -> String {
        if !self.is_file() {
            return String::new();
        }
        let size = self
            .max_file_size
            .map(|bytes| format!(", at most {}", file_size(bytes)))
            .unwrap_or_default();
        format!("{}{size}.", capfirst(&self.file_kinds.names()))
    }

    /// Whether it holds a file's path.
    pub fn is_file(&self) -> bool {
        self.folder().is_some()
    }

    /// The folder below `MEDIA_ROOT` for its files.
    pub fn folder(&self) -> Option<&'static str> {
        self.kind.field_type().folder(self.kind)
    }
}

/// A field whose values are shown, with everything that is the same for a whole column of them.
#[derive(Clone, Copy)]
pub struct FieldDisplay<'f> {
    field: &'f Field,
    field_type: &'static dyn FieldType,
}

impl<'f> FieldDisplay<'f> {
    /// The field.
    pub fn new(field: &'f Field) -> Self {
        Self {
            field,
            field_type: field.kind.field_type(),
        }
    }

    /// Returns the shape in which people see `value`.
    pub fn display(self, value: &Value) -> DisplayValue<'_> {
        if let Value::Unreadable(cell) = value {
            return DisplayValue::Unreadable(cell);
        }
        if self.field.choices.is_empty() {
            return self.field_type.display(self.field.kind, value);
        }

        let label = match value {
            Value::Text(stored) => self.field.choice_label(stored),
            value => self.field.choice_label(&value.text()),
        };
        label.map_or(DisplayValue::Nothing, DisplayValue::Label)
    }
}

/// A size for people: `5 MB`, `1.5 MB`, `300 KB` (Django's `filesizeformat`, without a zero behind the point).
pub fn file_size(bytes: u64) -> String {
    let units = [("GB", 30), ("MB", 20), ("KB", 10)];
    let Some((unit, shift)) = units.into_iter().find(|(_, shift)| bytes >= 1 << shift) else {
        return format!("{bytes} bytes");
    };
    let tenths = (u128::from(bytes) * 10) >> shift;
    match tenths % 10 {
        0 => format!("{} {unit}", tenths / 10),
        part => format!("{}.{part} {unit}", tenths / 10),
    }
}

/// The text with its first letter in upper case (Django's `capfirst`).
pub fn capfirst(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// The text with every word's first letter in upper case, all others in lower case (Python's `title`).
fn title(text: &str) -> String {
    let mut titled = String::with_capacity(text.len());
    let mut inside = false;
    for letter in text.chars() {
        if inside {
            titled.extend(letter.to_lowercase());
        } else {
            titled.extend(letter.to_uppercase());
        }
        inside = letter.is_alphabetic();
    }
    titled
}

/// Says what there is to say about a field; `T` is its table.
#[derive(Debug)]
pub struct FieldBuilder<T> {
    pub(super) field: Field,
    table: PhantomData<T>,
}

macro_rules! kinds_of_text {
    ($($(#[$doc:meta])* $method:ident: $kind:ident),*) => {$(
        $(#[$doc])*
        #[must_use]
        pub fn $method(mut self, most: usize) -> Self {
            self.field.kind = FieldKind::$kind(most);
            self
        }
    )*};
}

impl<T> FieldBuilder<T> {
    pub(super) fn new(field: Field) -> Self {
        Self {
            field,
            table: PhantomData,
        }
    }

    kinds_of_text! {
        /// One line of at most so many characters (Django's `CharField`).
        max_length: Char,
        /// A slug of at most so many characters.
        slug: Slug,
        /// An e-mail address of at most so many characters.
        email: Email,
        /// A URL of at most so many characters.
        url: Url
    }

    /// What people read.
    #[must_use]
    pub fn verbose_name(mut self, name: &str) -> Self {
        name.clone_into(&mut self.field.verbose_name);
        self
    }

    /// A hint for forms.
    #[must_use]
    pub fn help_text(mut self, text: &'static str) -> Self {
        self.field.help_text = text;
        self
    }

    /// Forms may leave it empty.
    #[must_use]
    pub fn blank(mut self) -> Self {
        self.field.blank = true;
        self
    }

    /// No two rows may have the same value.
    #[must_use]
    pub fn unique(mut self) -> Self {
        self.field.unique = true;
        self
    }

    /// No two rows may have the same value, and a form says so with `text` (Django's `error_messages`).
    #[must_use]
    pub fn unique_or(mut self, text: &'static str) -> Self {
        self.field.taken = text;
        self.unique()
    }

    /// Forms spell its texts like this before they look at them: two that are the same to people are the same.
    #[must_use]
    pub fn normalized(mut self, spell: fn(&str) -> String) -> Self {
        self.field.normalized = Some(spell);
        self
    }

    /// An index of its own orders its values: the least and the greatest are found at once.
    #[must_use]
    pub fn db_index(mut self) -> Self {
        self.field.db_index = true;
        self
    }

    /// Forms do not show it.
    #[must_use]
    pub fn not_editable(mut self) -> Self {
        self.field.editable = false;
        self
    }

    /// Nobody is shown what it holds, and no form of the admin edits it.
    #[must_use]
    pub fn secret(mut self) -> Self {
        self.field.secret = true;
        self
    }

    /// The value of a new row.
    #[must_use]
    pub fn default(mut self, value: fn() -> Value) -> Self {
        self.field.default = Some(value);
        self
    }

    /// The value of a new row is the present time.
    #[must_use]
    pub fn default_now(self) -> Self {
        self.default(|| Timestamp::now().into())
    }

    /// The database computes it (`GENERATED ALWAYS AS …`, Django's `GeneratedField`): forms show it at most, and saving a
    /// row never writes it.
    #[must_use]
    pub fn generated(mut self) -> Self {
        self.field.generated = true;
        self.not_editable()
    }

    /// Set whenever the row is saved.
    #[must_use]
    pub fn auto_now(mut self) -> Self {
        self.field.auto_now = true;
        self.not_editable()
    }

    /// Set when the row is made.
    #[must_use]
    pub fn auto_now_add(mut self) -> Self {
        self.field.auto_now_add = true;
        self.not_editable()
    }

    /// The values that may be chosen, with what people read.
    #[must_use]
    pub fn choices(mut self, choices: &'static [(&'static str, &'static str)]) -> Self {
        self.field.choices = choices;
        self
    }

    /// The values that may be chosen, where people read them as they are: `in_progress` as `In Progress` (Django's
    /// `TextChoices` without labels).
    #[must_use]
    pub fn text_choices(mut self, values: &'static [&'static str]) -> Self {
        let read = |value: &&'static str| (*value, leaked(title(&value.replace('_', " "))));
        self.field.choices = Vec::leak(values.iter().map(read).collect());
        self
    }

    /// From zero on.
    #[must_use]
    pub fn positive(mut self) -> Self {
        self.field.kind = FieldKind::PositiveInteger;
        self
    }

    /// At most `digits` digits, `places` of them behind the point.
    #[must_use]
    pub fn decimal(mut self, digits: u32, places: u32) -> Self {
        self.field.kind = FieldKind::Decimal(digits, places);
        self
    }

    /// At least this.
    #[must_use]
    pub fn min(self, least: impl Into<Decimal>) -> Self {
        self.validator(Validator::Min(least.into()))
    }

    /// At most this.
    #[must_use]
    pub fn max(self, most: impl Into<Decimal>) -> Self {
        self.validator(Validator::Max(most.into()))
    }

    /// A rule for its values.
    #[must_use]
    pub fn validator(mut self, rule: Validator) -> Self {
        self.field.validators.push(rule);
        self
    }

    /// The path of a file below this folder of `MEDIA_ROOT`. Any file is taken except those that something would run
    /// (web pages, SVG, XML, scripts, programs), unless [`kinds`](Self::kinds) says otherwise. A validator is given the
    /// name of the file.
    #[must_use]
    pub fn file(mut self, upload_to: &'static str) -> Self {
        self.field.kind = FieldKind::File(upload_to);
        self
    }

    /// The path of an image below this folder of `MEDIA_ROOT`.
    #[must_use]
    pub fn image(mut self, upload_to: &'static str) -> Self {
        self.field.kind = FieldKind::Image(upload_to);
        self.field.file_kinds = FileKinds::PICTURE;
        self
    }

    /// The kinds of files that a file field takes: `.file("papers/").kinds(FileKinds::PDF | FileKinds::TEXT)`.
    #[must_use]
    pub fn kinds(mut self, kinds: FileKinds) -> Self {
        self.field.file_kinds = kinds;
        self
    }

    /// The most bytes of a file: `.file("papers/").max_size(5 << 20)`.
    #[must_use]
    pub fn max_size(mut self, bytes: u64) -> Self {
        self.field.max_file_size = Some(bytes);
        self
    }

    /// A foreign key to `M`; its name is the column's without `_id`.
    #[must_use]
    pub fn to<M: Model>(mut self, on_delete: OnDelete) -> Self {
        let field = &mut self.field;
        field.kind = FieldKind::ForeignKey;
        field.name = field.column.strip_suffix("_id").unwrap_or(field.column);
        field.verbose_name = field.name.replace('_', " ");
        field.relation = Some(Relation::new(M::meta, on_delete));
        self
    }

    /// What the other model calls the rows that lead to it: `orders`. Unless said, `<model>_set`.
    #[must_use]
    pub fn related_name(mut self, name: &'static str) -> Self {
        if let Some(relation) = &mut self.field.relation {
            relation.related_name = Some(name);
        }
        self
    }
}
