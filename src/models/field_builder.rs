//! Builds descriptions of fields.

use std::marker::PhantomData;

use diesel::query_source::Column;

use super::fields::{ArrayItems, ColumnType, FieldKind, FilePathOptions};
use super::relation::{OnDelete, Relation};
use super::{Condition, DbDefault, Field, FileKinds, GeneratedColumn, Model, Validator};
use crate::db::{Decimal, Timestamp, Value};
use crate::words::{leaked, title};

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

    /// Sets the `autocomplete` token of HTML (`postal-code`), by which a browser fills in what it knows of its user.
    #[must_use]
    pub fn autocomplete(mut self, token: &'static str) -> Self {
        self.field.autocomplete = token;
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

    /// Lets the program choose the primary key, a number that the database makes otherwise.
    #[must_use]
    pub fn not_auto(mut self) -> Self {
        self.field.kind = FieldKind::Integer;
        self.field.editable = true;
        self
    }

    /// Makes no index for a foreign key (Django's `db_index=False`).
    #[must_use]
    pub fn no_db_index(mut self) -> Self {
        self.field.is_unindexed = true;
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

    /// Declares that the database computes the value with this expression. See
    /// [`generated`](Self::generated), which is enough for a column that another program created.
    #[must_use]
    pub fn generated_as(mut self, column: GeneratedColumn) -> Self {
        self.field.generated_as = Some(column);
        self.generated()
    }

    /// Sets the default that the database writes if a statement does not name the column (Django's
    /// `db_default`). Forms do not know it: see [`default`](Self::default).
    #[must_use]
    pub fn db_default(mut self, default: DbDefault) -> Self {
        self.field.db_default = Some(default);
        self
    }

    /// Declares the former name of the column, so that migrations rename it.
    #[must_use]
    pub fn was(mut self, column: &'static str) -> Self {
        self.field.was = Some(column);
        self
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

    /// Sets a function that returns the choices, each with its label, if they are known at run time
    /// only. Forms and lists call it each time, so it must be quick.
    #[must_use]
    pub fn choices_from(mut self, choices: fn() -> Vec<(String, String)>) -> Self {
        self.field.choices_from = Some(choices);
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

    /// Makes an array of the field (Django's `ArrayField`).
    #[must_use]
    pub fn array(self, items: &'static ArrayItems) -> Self {
        self.made_of(FieldKind::Array(items), items.item)
    }

    /// Makes a range of the field, between two values of this kind.
    #[must_use]
    pub fn range(self, end: &'static ColumnType) -> Self {
        self.made_of(FieldKind::Range(end), *end)
    }

    /// Makes the field an `hstore` (Django's `HStoreField`).
    #[must_use]
    pub fn hstore(mut self) -> Self {
        self.field.kind = FieldKind::HStore;
        self.field.editable = true;
        self
    }

    fn made_of(mut self, kind: FieldKind, part: ColumnType) -> Self {
        self.field.kind = kind;
        self.field.editable = true;
        let mut field = Field::of_column(self.field.column, part.sql, false);
        field.kind = part.kind;
        self.field.part = Some(Box::new(field));
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

    /// Declares the path of a file or a folder on the server, which forms let people choose
    /// (Django's `FilePathField`).
    #[must_use]
    pub fn file_path(mut self, options: &'static FilePathOptions) -> Self {
        self.field.kind = FieldKind::FilePath(options);
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
        field.relation = Some(Relation::new::<M>(on_delete));
        self
    }

    /// Sets the name by which the other model refers to these rows: `orders`. The default is
    /// `<model>_set`.
    #[must_use]
    pub fn related_name(self, name: &'static str) -> Self {
        self.relation(|relation| relation.related_name = Some(name))
    }

    /// Declares a foreign key to `M` of which each row of `M` has at most one (Django's
    /// `OneToOneField`).
    #[must_use]
    pub fn one_to_one<M: Model>(self, on_delete: OnDelete) -> Self {
        self.to::<M>(on_delete)
            .relation(|relation| relation.one_to_one = true)
            .unique()
    }

    /// Declares that the foreign key refers to this column of the other model, which must be
    /// unique. The default is the primary key.
    #[must_use]
    pub fn to_field<C: Column>(self, _column: C) -> Self {
        self.relation(|relation| relation.to_field = Some(C::NAME))
    }

    /// Declares that the database does not check the foreign key.
    #[must_use]
    pub fn no_db_constraint(self) -> Self {
        self.relation(|relation| relation.db_constraint = false)
    }

    /// Limits the rows that forms offer (Django's `limit_choices_to`).
    #[must_use]
    pub fn limit_choices_to(self, condition: fn() -> Condition) -> Self {
        self.relation(|relation| relation.limit_choices_to = Some(condition))
    }

    fn relation(mut self, change: impl FnOnce(&mut Relation)) -> Self {
        if let Some(relation) = &mut self.field.relation {
            change(relation);
        }
        self
    }
}
