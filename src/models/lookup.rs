//! Lookups in URLs: `price__gte=10`, `category__id__exact=3`.

use chrono_tz::Tz;

use super::fields::{self, FieldKind, LookupValue};
use super::value::{parse_in, parse_lookup};
use super::{
    ColumnPath, Comparison, Condition, DatePart, Field, ManyToMany, Meta, NativeLookup, Reverse,
    Step,
};
use crate::db::{Kind, Value};
use crate::python::int;

/// A comparison with a column (Django's field lookups).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are Django's")]
pub enum Lookup {
    Exact,
    IExact,
    Contains,
    IContains,
    StartsWith,
    IStartsWith,
    EndsWith,
    IEndsWith,
    Regex,
    IRegex,
    Gt,
    Gte,
    Lt,
    Lte,
    In,
    Range,
    IsNull,
    /// A whole year, as a range that can use an index.
    Year,
    /// A part of a date or a time; the time zone follows the values.
    Part(DatePart, Comparison),
    /// A lookup that only columns of PostgreSQL's own kinds have.
    Native(NativeLookup),
}

impl Lookup {
    /// Returns the lookup of this name.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "exact" => Self::Exact,
            "iexact" => Self::IExact,
            "contains" => Self::Contains,
            "icontains" => Self::IContains,
            "startswith" => Self::StartsWith,
            "istartswith" => Self::IStartsWith,
            "endswith" => Self::EndsWith,
            "iendswith" => Self::IEndsWith,
            "regex" => Self::Regex,
            "iregex" => Self::IRegex,
            "gt" => Self::Gt,
            "gte" => Self::Gte,
            "lt" => Self::Lt,
            "lte" => Self::Lte,
            "in" => Self::In,
            "range" => Self::Range,
            "isnull" => Self::IsNull,
            _ => return None,
        })
    }

    /// Whether the lookup can be used with a relation.
    pub fn is_of_relations(self) -> bool {
        matches!(
            self,
            Self::Exact | Self::In | Self::Gt | Self::Gte | Self::Lt | Self::Lte | Self::IsNull
        )
    }

    /// Whether the lookup searches in the text of a value, whatever the type of the column.
    pub fn is_textual(self) -> bool {
        matches!(
            self,
            Self::IExact
                | Self::Contains
                | Self::IContains
                | Self::StartsWith
                | Self::IStartsWith
                | Self::EndsWith
                | Self::IEndsWith
                | Self::Regex
                | Self::IRegex
        )
    }
}

/// The reason why a parameter is not a valid lookup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LookupError {
    /// There is no such field or lookup.
    Unknown,
    /// The field cannot have this value.
    Value,
}

/// The parsed name of a parameter.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// The column.
    pub path: ColumnPath,
    /// The comparison.
    pub lookup: Lookup,
    /// The field.
    pub field: &'static Field,
}

impl Meta {
    /// Parses `category__name__startswith`.
    pub fn parameter(&'static self, key: &str) -> Result<Parameter, LookupError> {
        let mut model = self;
        let mut steps = Vec::new();
        let mut field: Option<&'static Field> = None;
        let mut lookup = None;
        let mut date_part = None;
        for part in key.split("__") {
            if lookup.is_some() {
                return Err(LookupError::Unknown);
            }
            // The last part was a relation that was not followed yet.
            if let Some(key) = field {
                match (&key.relation, Lookup::named(part)) {
                    (Some(relation), _) if relation.to().step(part).is_some() => {
                        steps.push(Step::Forward(key.column));
                        model = relation.to();
                        field = None;
                    }
                    (None, _) if key.kind.field_type().native_lookup(part).is_some() => {
                        lookup = key
                            .kind
                            .field_type()
                            .native_lookup(part)
                            .map(Lookup::Native);
                        continue;
                    }
                    (_, Some(named)) => {
                        lookup = Some(named);
                        continue;
                    }
                    _ if date_part.is_none() => {
                        let named = DatePart::named(part).filter(|part| key.has_part(*part));
                        date_part = Some(named.ok_or(LookupError::Unknown)?);
                        continue;
                    }
                    _ => return Err(LookupError::Unknown),
                }
            }
            match model.step(part) {
                Some(Named::Field(named)) => field = Some(named),
                Some(Named::Step(step, next)) => {
                    steps.push(step);
                    model = next;
                }
                // `tags__exact` compares the primary key.
                None => match Lookup::named(part) {
                    Some(named) if !steps.is_empty() => lookup = Some(named),
                    _ => return Err(LookupError::Unknown),
                },
            }
        }
        let relates = field.is_none_or(|field| field.relation.is_some());
        let field = field.unwrap_or_else(|| model.pk());
        let lookup = lookup.unwrap_or(Lookup::Exact);
        if relates && !lookup.is_of_relations() {
            return Err(LookupError::Unknown);
        }
        let lookup = match date_part {
            None => lookup,
            Some(DatePart::Year) if lookup == Lookup::Exact => Lookup::Year,
            // A part is NULL exactly if the date is.
            Some(_) if lookup == Lookup::IsNull => lookup,
            Some(part) => Lookup::Part(
                part,
                Comparison::from_lookup(lookup).ok_or(LookupError::Unknown)?,
            ),
        };
        Ok(Parameter {
            path: ColumnPath {
                steps,
                column: field.column,
            },
            lookup,
            field,
        })
    }

    /// Returns the step to another model with this name: a many-to-many field, a foreign key, or
    /// one of these from the other model.
    pub fn named_step(&'static self, name: &str) -> Option<Step> {
        match self.step(name)? {
            Named::Step(step, _) => Some(step),
            Named::Field(_) => None,
        }
    }

    fn step(&'static self, name: &str) -> Option<Named> {
        if name == "pk" {
            return Some(Named::Field(self.pk()));
        }
        if let Some(field) = self
            .fields
            .iter()
            .find(|field| field.name == name || field.column == name)
        {
            return Some(Named::Field(field));
        }
        if let Some(many) = self.many(name) {
            return Some(Named::Step(Step::Many(many.name), many.to()));
        }
        let reverse = self.reverse().into_iter().find(|key| {
            let query_name = key
                .field
                .relation
                .as_ref()
                .and_then(|relation| relation.related_name);
            query_name.map_or(key.model.name == name, |named| named == name)
        });
        if let Some(Reverse { model, field }) = reverse {
            return Some(Named::Step(
                Step::Reverse((model.app, &model.name), field.column),
                model,
            ));
        }
        let (model, many) = self.reverse_many(name)?;
        Some(Named::Step(
            Step::ReverseMany((model.app, &model.name), many.name),
            model,
        ))
    }

    /// Returns the many-to-many field that refers to this model, by the name of its rows.
    fn reverse_many(&'static self, name: &str) -> Option<(&'static Self, &'static ManyToMany)> {
        let models = super::all().iter().copied();
        let mut fields = models.flat_map(|model| model.many.iter().map(move |many| (model, many)));
        fields.find(|(model, many)| {
            model.proxy_for().is_none()
                && many.to().is_same_table(self)
                && many.related_name.unwrap_or(&model.name) == name
        })
    }
}

enum Named {
    Field(&'static Field),
    Step(Step, &'static Meta),
}

impl Parameter {
    /// Returns the condition for the values of the parameter (for repeated parameters: any of
    /// them). Times without a zone are in `zone`.
    pub fn condition(
        &self,
        values: &[impl AsRef<str>],
        zone: Tz,
    ) -> Result<Condition, LookupError> {
        let mut each = Vec::with_capacity(values.len());
        for value in values {
            each.push(self.one(value.as_ref(), zone)?);
        }
        Ok(match <[Condition; 1]>::try_from(each) {
            Ok([only]) => only,
            Err(each) => Condition::Any(each),
        })
    }

    fn one(&self, text: &str, zone: Tz) -> Result<Condition, LookupError> {
        let target = self.field.target();
        let typed = |text: &str| parse_in(target, text, zone).ok_or(LookupError::Value);
        let is = |lookup, values| {
            Ok(Condition::Is {
                path: self.path.clone(),
                lookup,
                values,
            })
        };
        match self.lookup {
            Lookup::IsNull => {
                let yes = !matches!(text.to_lowercase().as_str(), "" | "0" | "false");
                is(Lookup::IsNull, vec![Value::Bool(yes)])
            }
            // Django splits such a text into letters: two letters are the ends of the range.
            Lookup::Range => {
                let ends: Vec<Value> = text
                    .chars()
                    .map(|end| typed(&end.to_string()))
                    .collect::<Result<_, _>>()?;
                if ends.len() == 2 && !text.contains('\0') {
                    is(Lookup::Range, ends)
                } else {
                    Err(LookupError::Value)
                }
            }
            Lookup::Year => {
                let number = small(text).ok_or(LookupError::Value)?;
                is(
                    self.lookup,
                    vec![Value::Integer(number), zone.name().into()],
                )
            }
            Lookup::Part(part, how) => {
                let one = |text: &str| {
                    let value = match part {
                        DatePart::Date => fields::date::parse(text).map(Value::Date),
                        DatePart::Time => fields::time::parse(text).map(Value::Time),
                        _ => small(text).map(Value::Integer),
                    };
                    value.ok_or(LookupError::Value)
                };
                let mut values = if how == Comparison::In {
                    text.split(',').map(one).collect::<Result<Vec<_>, _>>()?
                } else {
                    vec![one(text)?]
                };
                values.push(zone.name().into());
                is(self.lookup, values)
            }
            Lookup::Native(native) => {
                if let Some(value) = native.own_value(text) {
                    return is(self.lookup, vec![value]);
                }
                // A range contains a range, or a value.
                if native == NativeLookup::Contains
                    && let FieldKind::Range(end) = target.kind
                    && let Some(value) = end.kind.field_type().parse(*end, text, zone)
                {
                    let lookup = Lookup::Native(NativeLookup::ContainsValue);
                    return is(lookup, vec![value]);
                }
                is(self.lookup, vec![typed(text)?])
            }
            Lookup::Regex | Lookup::IRegex if !crate::db::is_regex(text) => Err(LookupError::Value),
            // PostgreSQL texts cannot contain NUL, so no row matches.
            lookup if (lookup.is_textual() || target.sql == Kind::Text) && text.contains('\0') => {
                Ok(Condition::Any(Vec::new()))
            }
            lookup if lookup.is_textual() => is(lookup, vec![Value::Text(text.to_owned())]),
            lookup => self.compared(lookup, target, text, zone),
        }
    }

    /// Returns the comparison with the value of `text`, or for `in` with the values. A number out
    /// of the column's range is greater or less than all its values.
    fn compared(
        &self,
        lookup: Lookup,
        target: &Field,
        text: &str,
        zone: Tz,
    ) -> Result<Condition, LookupError> {
        let texts: Vec<&str> = match lookup {
            Lookup::In => text.split(',').collect(),
            _ => vec![text],
        };

        let mut values = Vec::with_capacity(texts.len());
        let (mut beyond, mut has_no_row) = (None, false);
        for text in texts {
            match parse_lookup(target, text, zone).ok_or(LookupError::Value)? {
                LookupValue::Value(value) => values.push(value),
                LookupValue::NoRow => has_no_row = true,
                LookupValue::AboveAll => beyond = Some(true),
                LookupValue::BelowAll => beyond = Some(false),
            }
        }

        let is = |lookup, values| Condition::Is {
            path: self.path.clone(),
            lookup,
            values,
        };
        Ok(match (lookup, beyond) {
            (Lookup::In, _) => is(lookup, values),
            _ if has_no_row => Condition::Any(Vec::new()),
            (_, None) => is(lookup, values),
            (Lookup::Lt | Lookup::Lte, Some(true)) | (Lookup::Gt | Lookup::Gte, Some(false)) => {
                is(Lookup::IsNull, vec![Value::Bool(false)])
            }
            _ => Condition::Any(Vec::new()),
        })
    }
}

/// Parses a small number, such as a year, a month or a day.
fn small(text: &str) -> Option<i32> {
    i32::try_from(int(text)?).ok()
}
