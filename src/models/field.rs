//! Fields of models: the names, labels and rules that a column does not have.

use std::marker::PhantomData;

use super::fields::{
    ColumnType, DbCheck, DbType, DisplayShape, DisplayValue, FieldKind, FieldType,
};
use super::relation::{OnDelete, Relation};
use super::{DatePart, FileKinds, Model};
use crate::db::{Decimal, Kind, Timestamp, Value};
use crate::words::{capfirst, leaked, title};

/// A validation rule for values.
#[derive(Debug, Clone)]
pub enum Validator {
    /// The smallest allowed number.
    Min(Decimal),
    /// The largest allowed number.
    Max(Decimal),
    /// A function that returns an error text, or `None`.
    Custom(fn(&Value) -> Option<String>),
}

/// A described field.
#[derive(Debug, Clone)]
pub struct Field {
    /// The name in forms and URLs: `category`.
    pub name: &'static str,
    /// The column: `category_id`.
    pub column: &'static str,
    /// The name for people: `category`.
    pub verbose_name: String,
    /// The kind of the values.
    pub kind: FieldKind,
    /// The type of the column.
    pub sql: Kind,
    /// Whether the column may be NULL.
    pub null: bool,
    /// Whether a form may leave it empty.
    pub blank: bool,
    /// Whether the values are unique.
    pub unique: bool,
    /// The error if another row has the value; "" for the default text.
    pub taken: &'static str,
    /// Whether the column has its own index. A unique field has one anyway.
    pub db_index: bool,
    /// Whether the field is the primary key.
    pub primary_key: bool,
    /// Whether forms show the field.
    pub editable: bool,
    /// Whether the value must never be shown, such as a password hash.
    pub secret: bool,
    /// The default of a new row.
    pub default: Option<fn() -> Value>,
    /// Whether the database computes the value, so that rows are saved without it.
    pub generated: bool,
    /// Whether the field is set to the current time with every save.
    pub auto_now: bool,
    /// Whether the field is set to the current time when the row is created.
    pub auto_now_add: bool,
    /// The choices, each with its label.
    pub choices: &'static [(&'static str, &'static str)],
    /// The help text in forms.
    pub help_text: &'static str,
    /// A function that normalizes submitted texts before they are validated.
    pub normalized: Option<fn(&str) -> String>,
    /// The validation rules.
    pub validators: Vec<Validator>,
    /// The target of a foreign key.
    pub relation: Option<Relation>,
    /// The kinds of files that a file field accepts.
    pub file_kinds: FileKinds,
    /// The maximum size of a file in bytes.
    pub max_file_size: Option<u64>,
}

impl Field {
    /// Creates a field for a column without further description.
    pub(super) fn of_column(column: &'static str, sql: Kind, null: bool) -> Self {
        let kind = FieldKind::of_column(sql);
        Self {
            name: column,
            column,
            verbose_name: column.replace('_', " "),
            kind,
            sql,
            null,
            // Django needs an explicit option; here it follows from a column that may be NULL.
            blank: null,
            unique: false,
            taken: "",
            db_index: false,
            primary_key: false,
            editable: kind.field_type().is_editable(),
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

    /// Returns the kind of the field and the type of its column.
    pub fn column_type(&self) -> ColumnType {
        ColumnType {
            kind: self.kind,
            sql: self.sql,
        }
    }

    /// Returns the type of the column on both databases. A foreign key has the type of the primary
    /// key that it refers to.
    pub fn db_type(&self) -> DbType {
        match &self.relation {
            Some(relation) => relation.to().pk().db_type_of_references(),
            None => self.kind.field_type().db_type(self.column_type()),
        }
    }

    /// Returns the type of columns that refer to this one (Django's `rel_db_type`).
    fn db_type_of_references(&self) -> DbType {
        match self.kind {
            FieldKind::Auto | FieldKind::PositiveInteger => DbType::integer(self.sql),
            _ => self.db_type(),
        }
    }

    /// Returns the condition that the database checks for each value.
    pub fn db_check(&self) -> Option<DbCheck> {
        self.kind.field_type().db_check(self.kind)
    }

    /// Returns the maximum number of characters of the column.
    pub fn max_length(&self) -> Option<usize> {
        self.kind.field_type().max_length(self.kind)
    }

    /// Whether lookups can compare this part of the values.
    pub fn has_part(&self, part: DatePart) -> bool {
        self.column_type().value_type().has_part(part)
    }

    /// Returns the form in which people see the values; choices are texts.
    pub fn shape(&self) -> DisplayShape {
        if self.choices.is_empty() {
            self.kind.shape()
        } else {
            DisplayShape::Text
        }
    }

    /// Returns `value` in the form in which people see it.
    pub fn display<'a>(&'a self, value: &'a Value) -> DisplayValue<'a> {
        FieldDisplay::new(self).display(value)
    }

    /// Returns the label: `Released on`.
    pub fn label(&self) -> String {
        capfirst(&self.verbose_name)
    }

    /// Returns the label of a choice.
    pub fn choice_label(&self, value: &str) -> Option<&'static str> {
        self.choices
            .iter()
            .find(|(key, _)| *key == value)
            .map(|(_, label)| *label)
    }

    /// Returns the help text of a file field, before a file is chosen: `PDF documents, at most 5
    /// MB.`
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

    /// Whether the field is a file field.
    pub fn is_file(&self) -> bool {
        self.folder().is_some()
    }

    /// Returns the folder below `MEDIA_ROOT` for the field's files.
    pub fn folder(&self) -> Option<&'static str> {
        self.kind.field_type().folder(self.kind)
    }
}

/// A field whose values are shown, prepared for a whole column of them.
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

    /// Returns `value` in the form in which people see it.
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

/// Returns a size for people: `5 MB`, `1.5 MB`, `300 KB` (Django's `filesizeformat`, without a
/// trailing zero).
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

/// Builds the description of a field; `T` is its table.
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
        /// A single-line text of at most this many characters (Django's `CharField`).
        max_length: Char,
        /// A slug of at most this many characters.
        slug: Slug,
        /// An e-mail address of at most this many characters.
        email: Email,
        /// A URL of at most this many characters.
        url: Url
    }

    /// Sets the name in forms, URLs and fixtures, if it differs from the name of the column.
    #[must_use]
    pub fn name(mut self, name: &'static str) -> Self {
        self.field.name = name;
        self
    }

    /// Sets the name for people.
    #[must_use]
    pub fn verbose_name(mut self, name: &str) -> Self {
        name.clone_into(&mut self.field.verbose_name);
        self
    }

    /// Sets the help text in forms.
    #[must_use]
    pub fn help_text(mut self, text: &'static str) -> Self {
        self.field.help_text = text;
        self
    }

    /// Allows forms to leave the field empty.
    #[must_use]
    pub fn blank(mut self) -> Self {
        self.field.blank = true;
        self
    }

    /// Makes the values unique.
    #[must_use]
    pub fn unique(mut self) -> Self {
        self.field.unique = true;
        self
    }

    /// Makes the values unique, with `text` as the error in forms (Django's `error_messages`).
    #[must_use]
    pub fn unique_or(mut self, text: &'static str) -> Self {
        self.field.taken = text;
        self.unique()
    }

    /// Normalizes submitted texts with `spell` before they are validated, so that texts that look
    /// the same are the same.
    #[must_use]
    pub fn normalized(mut self, spell: fn(&str) -> String) -> Self {
        self.field.normalized = Some(spell);
        self
    }

    /// Declares that the column has its own index, so that the smallest and the largest value are
    /// found quickly.
    #[must_use]
    pub fn db_index(mut self) -> Self {
        self.field.db_index = true;
        self
    }

    /// Forms show it, although they do not show other fields of its kind.
    #[must_use]
    pub fn editable(mut self) -> Self {
        self.field.editable = true;
        self
    }

    /// The kind of its values, where the type of the column does not say it:
    /// `field.kind(FieldKind::GenericIpAddress(IpProtocol::V4))`.
    #[must_use]
    pub fn kind(mut self, kind: FieldKind) -> Self {
        self.field.kind = kind;
        self
    }

    /// Excludes the field from forms.
    #[must_use]
    pub fn not_editable(mut self) -> Self {
        self.field.editable = false;
        self
    }

    /// Hides the value everywhere, and excludes the field from the admin's forms.
    #[must_use]
    pub fn secret(mut self) -> Self {
        self.field.secret = true;
        self
    }

    /// Sets the default of a new row.
    #[must_use]
    pub fn default(mut self, value: fn() -> Value) -> Self {
        self.field.default = Some(value);
        self
    }

    /// Sets the default to the current time.
    #[must_use]
    pub fn default_now(self) -> Self {
        self.default(|| Timestamp::now().into())
    }

    /// Declares that the database computes the value (`GENERATED ALWAYS AS …`, Django's
    /// `GeneratedField`): forms only show it, and rows are saved without it.
    #[must_use]
    pub fn generated(mut self) -> Self {
        self.field.generated = true;
        self.not_editable()
    }

    /// Sets the field to the current time with every save.
    #[must_use]
    pub fn auto_now(mut self) -> Self {
        self.field.auto_now = true;
        self.not_editable()
    }

    /// Sets the field to the current time when the row is created.
    #[must_use]
    pub fn auto_now_add(mut self) -> Self {
        self.field.auto_now_add = true;
        self.not_editable()
    }

    /// Sets the choices, each with its label.
    #[must_use]
    pub fn choices(mut self, choices: &'static [(&'static str, &'static str)]) -> Self {
        self.field.choices = choices;
        self
    }

    /// Sets the choices, with labels derived from the values: `in_progress` becomes `In Progress`
    /// (Django's `TextChoices` without labels).
    #[must_use]
    pub fn text_choices(mut self, values: &'static [&'static str]) -> Self {
        let read = |value: &&'static str| (*value, leaked(title(&value.replace('_', " "))));
        self.field.choices = Vec::leak(values.iter().map(read).collect());
        self
    }

    /// Allows only numbers from zero on.
    #[must_use]
    pub fn positive(mut self) -> Self {
        self.field.kind = FieldKind::PositiveInteger;
        self
    }

    /// Sets the maximum number of digits and the number of decimal places.
    #[must_use]
    pub fn decimal(mut self, digits: u32, places: u32) -> Self {
        self.field.kind = FieldKind::Decimal(digits, places);
        self
    }

    /// Sets the smallest allowed number.
    #[must_use]
    pub fn min(self, least: impl Into<Decimal>) -> Self {
        self.validator(Validator::Min(least.into()))
    }

    /// Sets the largest allowed number.
    #[must_use]
    pub fn max(self, most: impl Into<Decimal>) -> Self {
        self.validator(Validator::Max(most.into()))
    }

    /// Adds a validation rule.
    #[must_use]
    pub fn validator(mut self, rule: Validator) -> Self {
        self.field.validators.push(rule);
        self
    }

    /// Declares a path of a file below this folder of `MEDIA_ROOT`. All files are accepted except
    /// those that could be executed (web pages, SVG, XML, scripts, programs), unless
    /// [`kinds`](Self::kinds) declares others. Validators get the name of the file.
    #[must_use]
    pub fn file(mut self, upload_to: &'static str) -> Self {
        self.field.kind = FieldKind::File(upload_to);
        self
    }

    /// Declares a path of an image below this folder of `MEDIA_ROOT`.
    #[must_use]
    pub fn image(mut self, upload_to: &'static str) -> Self {
        self.field.kind = FieldKind::Image(upload_to);
        self.field.file_kinds = FileKinds::PICTURE;
        self
    }

    /// Sets the kinds of files that a file field accepts: `.file("papers/").kinds(FileKinds::PDF |
    /// FileKinds::TEXT)`.
    #[must_use]
    pub fn kinds(mut self, kinds: FileKinds) -> Self {
        self.field.file_kinds = kinds;
        self
    }

    /// Sets the maximum size of a file in bytes: `.file("papers/").max_size(5 << 20)`.
    #[must_use]
    pub fn max_size(mut self, bytes: u64) -> Self {
        self.field.max_file_size = Some(bytes);
        self
    }

    /// Declares a foreign key to `M`. The field has the column's name without `_id`.
    #[must_use]
    pub fn to<M: Model>(mut self, on_delete: OnDelete) -> Self {
        let field = &mut self.field;
        field.kind = FieldKind::ForeignKey;
        field.name = field.column.strip_suffix("_id").unwrap_or(field.column);
        field.verbose_name = field.name.replace('_', " ");
        field.relation = Some(Relation::new(M::meta, on_delete));
        self
    }

    /// Sets the name by which the other model refers to these rows: `orders`. The default is
    /// `<model>_set`.
    #[must_use]
    pub fn related_name(mut self, name: &'static str) -> Self {
        if let Some(relation) = &mut self.field.relation {
            relation.related_name = Some(name);
        }
        self
    }
}
