//! Lookups as they stand in URLs: `price__gte=10`, `category__id__exact=3`.

use super::value::parse;
use super::{Condition, Field, Meta, Path, Step};
use crate::db::Value;

/// How a column is compared (Django's field lookups).
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
    Year,
    Month,
    Day,
}

impl Lookup {
    /// The lookup of this name.
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
            "year" => Self::Year,
            "month" => Self::Month,
            "day" => Self::Day,
            _ => return None,
        })
    }

    /// Whether it looks into a text, whatever the column holds.
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

/// Why a parameter is no condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LookupError {
    /// There is no such field or lookup.
    Unknown,
    /// The field cannot have this value.
    Value,
}

/// A parameter's name, understood.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// The column.
    pub path: Path,
    /// How it is compared.
    pub lookup: Lookup,
    /// The field.
    pub field: &'static Field,
}

impl Meta {
    /// Understands `category__name__startswith`.
    pub fn parameter(&'static self, key: &str) -> Result<Parameter, LookupError> {
        let mut model = self;
        let mut steps = Vec::new();
        let mut field: Option<&'static Field> = None;
        let mut lookup = None;
        for part in key.split("__") {
            if lookup.is_some() {
                return Err(LookupError::Unknown);
            }
            // A relation that was named and not yet followed.
            if let Some(key) = field {
                match (&key.relation, Lookup::named(part)) {
                    (Some(relation), _) if relation.to().step(part).is_some() => {
                        steps.push(Step::Forward(key.column));
                        model = relation.to();
                        field = None;
                    }
                    (_, Some(named)) => {
                        lookup = Some(named);
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
                // `tags__exact` is about the primary key there.
                None => match Lookup::named(part) {
                    Some(named) if !steps.is_empty() => lookup = Some(named),
                    _ => return Err(LookupError::Unknown),
                },
            }
        }
        let field = field.unwrap_or_else(|| model.pk());
        Ok(Parameter { path: Path { steps, column: field.column }, lookup: lookup.unwrap_or(Lookup::Exact), field })
    }

    fn step(&'static self, name: &str) -> Option<Named> {
        if name == "pk" {
            return Some(Named::Field(self.pk()));
        }
        if let Some(field) = self.fields.iter().find(|field| field.name == name || field.column == name) {
            return Some(Named::Field(field));
        }
        if let Some(many) = self.many(name) {
            return Some(Named::Step(Step::Many(many.name), many.to()));
        }
        let reverse = self.reverse().into_iter().find(|key| {
            let query_name = key.field.relation.as_ref().and_then(|relation| relation.related_name);
            query_name.map_or(key.model.name == name, |named| named == name)
        })?;
        Some(Named::Step(Step::Reverse((reverse.model.app, &reverse.model.name), reverse.field.column), reverse.model))
    }
}

enum Named {
    Field(&'static Field),
    Step(Step, &'static Meta),
}

impl Parameter {
    /// The condition that the parameter's values make together (repeated keys: any of them).
    pub fn condition(&self, values: &[&str]) -> Result<Condition, LookupError> {
        let each = values.iter().map(|value| self.one(value)).collect::<Result<Vec<_>, _>>()?;
        Ok(if each.len() == 1 {
            each.into_iter().next().unwrap_or(Condition::All(vec![]))
        } else {
            Condition::Any(each)
        })
    }

    fn one(&self, text: &str) -> Result<Condition, LookupError> {
        let typed = |text: &str| parse(self.field.target(), text).ok_or(LookupError::Value);
        let values = match self.lookup {
            Lookup::IsNull => vec![Value::Bool(!matches!(text.to_lowercase().as_str(), "" | "0" | "false"))],
            Lookup::In => text.split(',').map(typed).collect::<Result<_, _>>()?,
            Lookup::Range => match text.split(',').collect::<Vec<_>>()[..] {
                [from, to] => vec![typed(from)?, typed(to)?],
                _ => return Err(LookupError::Value),
            },
            Lookup::Year | Lookup::Month | Lookup::Day => {
                vec![Value::Integer(text.trim().parse().map_err(|_| LookupError::Value)?)]
            }
            lookup if lookup.is_textual() => vec![Value::Text(text.to_owned())],
            _ => vec![typed(text)?],
        };
        Ok(Condition::Is { path: self.path.clone(), lookup: self.lookup, values })
    }
}
