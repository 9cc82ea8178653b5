//! The texts that were sent for the fields of a model form.

use super::ModelField;
use crate::forms::fields::Typed;
use crate::http::PostData;

/// The submitted data of one form of a page, whose names begin with the form's prefix (`items-0`,
/// or "" for none).
#[derive(Debug, Clone)]
pub struct Posted<'a> {
    /// All submitted data.
    pub data: &'a PostData,
    /// The prefix, without its dash.
    pub prefix: String,
}

impl<'a> Posted<'a> {
    /// Returns the form without a prefix.
    pub fn new(data: &'a PostData) -> Self {
        Self {
            data,
            prefix: String::new(),
        }
    }

    /// Returns form number `row` of the formset `prefix`.
    pub fn row(data: &'a PostData, prefix: &str, row: usize) -> Self {
        Self {
            data,
            prefix: format!("{prefix}-{row}"),
        }
    }

    /// Returns the last submitted text of `name`.
    pub fn last(&self, name: &str) -> Option<&'a str> {
        self.data.fields.get(&prefixed(&self.prefix, name))
    }

    /// Whether the check box `name` was ticked.
    pub fn is_ticked(&self, name: &str) -> bool {
        self.last(name)
            .is_some_and(|text| !matches!(text.to_lowercase().as_str(), "" | "false"))
    }

    /// Returns the value that the page showed in a field whose default differs each time. Django's
    /// forms send it as `initial-items-0-made_at`.
    pub(super) fn shown(&self, field: ModelField) -> Option<Typed> {
        let name = format!("initial-{}", prefixed(&self.prefix, field.name()));
        let text = |name: &str| self.data.fields.get(name).map(str::to_owned);
        if field.is_split() {
            let (day, time) = (text(&format!("{name}_0"))?, text(&format!("{name}_1"))?);
            return Some(Typed(vec![day, time]));
        }
        text(&name).map(Typed::one)
    }

    /// Returns the submitted texts of `field`. `commas`: the keys of a many-to-many field are in
    /// one text.
    pub fn typed(&self, field: ModelField, commas: bool) -> Typed {
        let name = field.name();
        let texts = match field {
            ModelField::Many(_) if commas => {
                let name = prefixed(&self.prefix, name);
                let text = self
                    .data
                    .fields
                    .get_list(&name)
                    .collect::<Vec<_>>()
                    .join(",");
                text.split(',')
                    .map(str::to_owned)
                    .filter(|_| !text.is_empty())
                    .collect()
            }
            ModelField::Many(_) => self
                .data
                .fields
                .get_list(&prefixed(&self.prefix, name))
                .map(str::to_owned)
                .collect(),
            ModelField::Column(_) if field.is_split() => {
                let part = |part| {
                    self.last(&format!("{name}_{part}"))
                        .unwrap_or_default()
                        .to_owned()
                };
                vec![part(0), part(1)]
            }
            ModelField::Column(_) => self.last(name).map(str::to_owned).into_iter().collect(),
        };
        Typed(texts)
    }
}

/// Returns `items-0-quantity`, or `quantity` without a prefix.
pub fn prefixed(prefix: &str, name: &str) -> String {
    if prefix.is_empty() {
        name.to_owned()
    } else {
        format!("{prefix}-{name}")
    }
}
