//! The fields of a model form and their values.

use crate::db::Value;
use crate::forms::fields::{Inputs, form_field_type, plain};
use crate::models::{Field, ManyToMany, Meta};

/// A field of a model form: a column, or a many-to-many field.
#[derive(Debug, Clone, Copy)]
pub enum ModelField {
    /// A column.
    Column(&'static Field),
    /// Links to rows of another model.
    Many(&'static ManyToMany),
}

impl ModelField {
    /// The field in the column `key`, or the many-to-many field of that name.
    pub fn of(model: &'static Meta, key: &str) -> Option<Self> {
        model
            .column(key)
            .map(Self::Column)
            .or_else(|| model.many(key).map(Self::Many))
    }

    /// What forms and URLs call it: `category`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Column(field) => field.name,
            Self::Many(many) => many.name,
        }
    }

    /// What options call it: `category_id`.
    pub fn key(self) -> &'static str {
        match self {
            Self::Column(field) => field.column,
            Self::Many(many) => many.name,
        }
    }

    /// What people read on its label.
    pub fn label(self) -> String {
        match self {
            Self::Column(field) => field.label(),
            Self::Many(many) => many.label(),
        }
    }

    /// A hint.
    pub fn help_text(self) -> &'static str {
        match self {
            Self::Column(field) => field.help_text,
            Self::Many(many) => many.help_text,
        }
    }

    /// Whether it may not be empty. A box that is not ticked says something as well.
    pub fn required(self) -> bool {
        match self {
            Self::Column(field) => !field.blank && !form_field_type(field.kind).is_never_required(),
            Self::Many(many) => !many.blank,
        }
    }

    /// The model it leads to.
    pub fn to(self) -> Option<&'static Meta> {
        match self {
            Self::Column(field) => field.relation.as_ref().map(|relation| relation.to()),
            Self::Many(many) => Some(many.to()),
        }
    }

    /// The column.
    pub fn column(self) -> Option<&'static Field> {
        match self {
            Self::Column(field) => Some(field),
            Self::Many(_) => None,
        }
    }

    /// Whether it takes a file.
    pub fn is_file(self) -> bool {
        self.column().is_some_and(Field::is_file)
    }

    /// Whether it is shown as a date and a time beside one another.
    pub fn is_split(self) -> bool {
        self.inputs() == Inputs::Split
    }

    /// Whether it is a box to tick: a boolean that is never unknown.
    pub fn is_box(self) -> bool {
        self.inputs() == Inputs::Box
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
    /// A column's value.
    One(Value),
    /// The primary keys that a many-to-many field links to.
    Many(Vec<Value>),
}

impl Cleaned {
    /// A column's value.
    pub fn one(&self) -> Option<&Value> {
        match self {
            Self::One(value) => Some(value),
            Self::Many(_) => None,
        }
    }

    /// Every value in it that is not NULL.
    pub fn values(&self) -> &[Value] {
        match self {
            Self::One(value) if value.is_null() => &[],
            Self::One(value) => std::slice::from_ref(value),
            Self::Many(values) => values,
        }
    }

    /// Whether both are the same to someone who reads a form: forms show no fractions of a second, and browsers write line
    /// ends in their own way.
    pub fn reads_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::One(Value::Timestamp(one)), Self::One(Value::Timestamp(two))) => {
                one.utc().timestamp() == two.utc().timestamp()
            }
            (Self::One(Value::Time(one)), Self::One(Value::Time(two))) => {
                use chrono::Timelike as _;
                one.num_seconds_from_midnight() == two.num_seconds_from_midnight()
            }
            (Self::One(Value::Text(one)), Self::One(Value::Text(two))) => {
                one == two || plain(one) == plain(two)
            }
            // NaN is the same as itself to someone who reads it.
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
