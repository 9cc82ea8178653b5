//! Fields of models: the names, labels and rules that a column does not have.

use std::borrow::Cow;

use super::fields::{
    ColumnType, DbCheck, DbType, DisplayShape, DisplayValue, FieldKind, FieldType,
};
use super::relation::Relation;
use super::{DatePart, DbDefault, FileKinds, GeneratedColumn};
use crate::db::{Decimal, Kind, Sql, Value};
use crate::words::capfirst;

/// A function that returns choices, each a value and its label.
pub type LoadChoices = fn() -> Vec<(String, String)>;

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
    /// The former name of the column, which migrations rename.
    pub was: Option<&'static str>,
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
    /// Whether a foreign key has no index, although most have one.
    pub is_unindexed: bool,
    /// Whether the field is the primary key.
    pub primary_key: bool,
    /// Whether forms show the field.
    pub editable: bool,
    /// Whether the value must never be shown, such as a password hash.
    pub secret: bool,
    /// The default of a new row.
    pub default: Option<fn() -> Value>,
    /// The default that the database writes if an `INSERT` does not name the column.
    pub db_default: Option<DbDefault>,
    /// Whether the database computes the value, so that rows are saved without it.
    pub generated: bool,
    /// The expression of a generated column, if it is known. Another program may have created the
    /// column.
    pub generated_as: Option<GeneratedColumn>,
    /// Whether the field is set to the current time with every save.
    pub auto_now: bool,
    /// Whether the field is set to the current time when the row is created.
    pub auto_now_add: bool,
    /// The choices, each with its label.
    pub choices: &'static [(&'static str, &'static str)],
    /// A function that returns the choices, if they are known at run time only.
    pub choices_from: Option<LoadChoices>,
    /// The help text in forms.
    pub help_text: &'static str,
    /// The `autocomplete` token of HTML, by which a browser fills in what it knows of its user; "" for none.
    pub autocomplete: &'static str,
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
    /// The items of an array or the ends of a range, which forms clean as fields of their own.
    pub part: Option<Box<Field>>,
}

impl Field {
    /// Creates a field for a column without further description.
    pub(super) fn of_column(column: &'static str, sql: Kind, null: bool) -> Self {
        let kind = FieldKind::of_column(sql);
        Self {
            name: column,
            column,
            was: None,
            verbose_name: column.replace('_', " "),
            kind,
            sql,
            null,
            // Django needs an explicit option; here it follows from a column that may be NULL.
            blank: null,
            unique: false,
            taken: "",
            db_index: false,
            is_unindexed: false,
            primary_key: false,
            editable: kind.field_type().is_editable(),
            secret: false,
            default: None,
            db_default: None,
            generated: false,
            generated_as: None,
            auto_now: false,
            auto_now_add: false,
            choices: &[],
            choices_from: None,
            help_text: "",
            autocomplete: "",
            normalized: None,
            validators: Vec::new(),
            relation: None,
            file_kinds: FileKinds::HARMLESS,
            max_file_size: None,
            part: None,
        }
    }

    /// Returns the kind of the field and the type of its column.
    pub fn column_type(&self) -> ColumnType {
        ColumnType {
            kind: self.kind,
            sql: self.sql,
        }
    }

    /// Returns the type of the column on both databases. A foreign key has the type of the column
    /// that it refers to.
    pub fn db_type(&self) -> DbType {
        match &self.relation {
            Some(relation) => relation.target().db_type_of_references(),
            None => self.kind.field_type().db_type(self.column_type()),
        }
    }

    /// Returns the type of columns that refer to this one (Django's `rel_db_type`).
    pub fn db_type_of_references(&self) -> DbType {
        match self.kind {
            FieldKind::Auto | FieldKind::PositiveInteger => DbType::integer(self.sql),
            _ => self.db_type(),
        }
    }

    /// Returns the condition that the database checks for each value.
    pub fn db_check(&self) -> Option<DbCheck> {
        self.kind.field_type().db_check(self.kind)
    }

    /// Whether saving a row writes the column: the database computes it, or it has a type that
    /// Nuages cannot write.
    pub fn is_written(&self) -> bool {
        !self.generated && !matches!(self.kind, FieldKind::Opaque(_))
    }

    /// Whether the column has a type that Nuages does not know.
    pub(super) fn is_unknown(&self) -> bool {
        matches!(self.kind, FieldKind::Opaque(_))
    }

    /// Returns `value` in a statement. A value of PostgreSQL's own kinds is a text that the
    /// statement casts.
    pub(super) fn bound(&self, value: Value) -> Sql {
        let sql = Sql::default();
        match self.kind.field_type().cast(self.kind) {
            Some(name) => sql
                .either("CAST(", "")
                .bind(value)
                .either(" AS ", "")
                .either(name, "")
                .either(")", ""),
            None => sql.bind(value),
        }
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
        if self.has_choices() {
            DisplayShape::Text
        } else {
            self.kind.shape()
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

    /// Whether the values are limited to choices.
    pub fn has_choices(&self) -> bool {
        !self.choices.is_empty() || self.choices_from.is_some()
    }

    /// Returns the choices, each with its label.
    pub fn all_choices(&self) -> Vec<(Cow<'static, str>, Cow<'static, str>)> {
        let fixed = self.choices.iter();
        let fixed = fixed.map(|(value, label)| ((*value).into(), (*label).into()));
        let computed = self.choices_from.map(|choices| choices());
        let computed = computed.into_iter().flatten();
        let computed = computed.map(|(value, label)| (value.into(), label.into()));
        fixed.chain(computed).collect()
    }

    /// Returns the label of a choice.
    pub fn choice_label(&self, value: &str) -> Option<Cow<'static, str>> {
        let mut fixed = self.choices.iter();
        if let Some((_, label)) = fixed.find(|(key, _)| *key == value) {
            return Some((*label).into());
        }
        let mut computed = self.choices_from?().into_iter();
        computed
            .find(|(key, _)| key == value)
            .map(|(_, label)| label.into())
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
        if !self.field.has_choices() {
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
