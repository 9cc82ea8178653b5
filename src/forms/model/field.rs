//! The fields of a model form and their values.

use crate::db::Value;
use crate::forms::fields::{Inputs, form_field_type, plain};
use crate::models::{Field, ManyToMany, Meta, RelationTarget};

/// A field of a model form: a column, or a many-to-many field.
#[derive(Debug, Clone, Copy)]
pub enum ModelField {
    /// A column.
    Column(&'static Field),
    /// Links to rows of another model.
    Many(&'static ManyToMany),
}

impl ModelField {
    /// Returns the field of the column `key`, or the many-to-many field of that name.
    pub fn find(model: &'static Meta, key: &str) -> Option<Self> {
        model
            .column(key)
            .map(Self::Column)
            .or_else(|| model.many(key).map(Self::Many))
    }

    /// Returns the name in forms and URLs: `category`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Column(field) => field.name,
            Self::Many(many) => many.name,
        }
    }

    /// Returns the name in options: `category_id`.
    pub fn key(self) -> &'static str {
        match self {
            Self::Column(field) => field.column,
            Self::Many(many) => many.name,
        }
    }

    /// Returns the label.
    pub fn label(self) -> String {
        match self {
            Self::Column(field) => field.label(),
            Self::Many(many) => many.label(),
        }
    }

    /// Returns the help text.
    pub fn help_text(self) -> &'static str {
        match self {
            Self::Column(field) => field.help_text,
            Self::Many(many) => many.help_text,
        }
    }

    /// Whether the field is required. A check box never is.
    pub fn required(self) -> bool {
        match self {
            Self::Column(field) => !field.blank && !form_field_type(field.kind).is_never_required(),
            Self::Many(many) => !many.blank,
        }
    }

    /// Whether a new row has a value in the field without being sent one, by the model or by the database.
    pub(crate) fn has_default(self) -> bool {
        self.column()
            .is_some_and(|column| column.default.is_some() || column.db_default.is_some())
    }

    /// Returns the model that the field refers to.
    pub fn to(self) -> Option<&'static Meta> {
        match self {
            Self::Column(field) => field.relation.as_ref().map(|relation| relation.to()),
            Self::Many(many) => Some(many.to()),
        }
    }

    /// Returns the rows that the field can refer to.
    pub fn target(self) -> Option<RelationTarget> {
        match self {
            Self::Column(field) => field.relation.as_ref().map(RelationTarget::from_relation),
            Self::Many(many) => Some(RelationTarget::from_many(many)),
        }
    }

    /// Returns the column.
    pub fn column(self) -> Option<&'static Field> {
        match self {
            Self::Column(field) => Some(field),
            Self::Many(_) => None,
        }
    }

    /// Whether the field is a file field.
    pub fn is_file(self) -> bool {
        self.column().is_some_and(Field::is_file)
    }

    /// Whether the field has a date input and a time input.
    pub fn is_split(self) -> bool {
        self.inputs() == Inputs::Split
    }

    /// Whether the field is a check box: a boolean that cannot be NULL.
    pub fn is_box(self) -> bool {
        self.inputs() == Inputs::Box
    }

    /// Whether an author may have its text typed in one line, or in several.
    pub fn takes_lines(self) -> bool {
        self.column()
            .is_some_and(|field| form_field_type(field.kind).takes_lines() && !field.has_choices())
    }

    fn inputs(self) -> Inputs {
        self.column().map_or(Inputs::One, |field| {
            form_field_type(field.kind).inputs(field)
        })
    }
}

/// The value of a field.
#[derive(Debug, Clone, PartialEq)]
pub enum Cleaned {
    /// The value of a column.
    One(Value),
    /// The primary keys that a many-to-many field links to.
    Many(Vec<Value>),
}

impl Cleaned {
    /// Returns the value of a column.
    pub fn one(&self) -> Option<&Value> {
        match self {
            Self::One(value) => Some(value),
            Self::Many(_) => None,
        }
    }

    /// Returns all values that are not NULL.
    pub fn values(&self) -> &[Value] {
        match self {
            Self::One(value) if value.is_null() => &[],
            Self::One(value) => std::slice::from_ref(value),
            Self::Many(values) => values,
        }
    }

    /// Whether a value of a form is the present value: forms show no fractions of a second, and
    /// browsers change line endings.
    pub fn reads_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::One(Value::Timestamp(one)), Self::One(Value::Timestamp(two))) => {
                one == two
                    || one.utc().timestamp_subsec_nanos() == 0
                        && one.utc().timestamp() == two.utc().timestamp()
            }
            (Self::One(Value::Time(one)), Self::One(Value::Time(two))) => {
                use chrono::Timelike as _;
                one == two
                    || one.nanosecond() == 0
                        && one.num_seconds_from_midnight() == two.num_seconds_from_midnight()
            }
            (Self::One(Value::Text(one)), Self::One(Value::Text(two))) => {
                one == two || plain(one) == plain(two)
            }
            // NaN counts as equal to itself here.
            (Self::One(Value::Double(one)), Self::One(Value::Double(two)))
                if one.is_nan() && two.is_nan() =>
            {
                true
            }
            (Self::Many(one), Self::Many(two)) => {
                one.iter().all(|pk| two.contains(pk)) && two.iter().all(|pk| one.contains(pk))
            }
            (one, two) => one == two,
        }
    }
}
