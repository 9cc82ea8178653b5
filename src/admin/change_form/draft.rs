//! A form in the making: the row, the fields, what was typed.

use super::find::Found;
use super::inline::Formset;
use super::screen::Screen;
use super::shape::{For, Shape};
use super::widgets::is_raw;
use crate::db::{Conn, Value};
use crate::error::Result;
use crate::forms::model::{Cleaned, ModelField, ModelForm, Typed};
use crate::http::QueryDict;
use crate::models::{Record, parse_in};

/// A form in the making.
#[derive(Debug)]
pub(super) struct Draft {
    /// What the row is called; "" for a new one.
    pub(super) name: String,
    pub(super) shape: Shape,
    pub(super) form: ModelForm,
    /// What many-to-many fields link to, by name.
    pub(super) linked: Vec<(&'static str, Vec<Value>)>,
    /// The rows inside it.
    pub(super) inlines: Vec<Formset>,
    /// What was searched for a field of it.
    pub(super) found: Option<Found>,
    /// Whether something was sent.
    pub(super) bound: bool,
}

impl Draft {
    /// Forgets what is wrong: the form goes on.
    pub(super) fn forgive(&mut self) {
        self.form.errors.clear();
        for bound in &mut self.form.fields {
            bound.errors.clear();
        }
        self.inlines.iter_mut().for_each(Formset::forgive);
    }
}

impl Screen {
    /// The form of a row: of a new one, or of that which is called `name`.
    pub(super) fn draft(
        &self,
        conn: &mut Conn,
        row: Option<(Record, String)>,
        may_edit: bool,
    ) -> Result<Draft> {
        let (model, options) = (self.known.model, &self.known.options);
        let adding = row.is_none();
        let (record, name) = row.unwrap_or_else(|| (Record::new(model), String::new()));
        let of = For {
            actor: &self.actor,
            record: (!adding).then_some(&record),
            may_edit,
        };
        let shape = Shape::new(model, options, of, None);
        let edited = shape.edited();
        let mut linked = Vec::new();
        for field in edited.iter().chain(&shape.shown()) {
            if let ModelField::Many(many) = field
                && !adding
            {
                let pairs = many.linked(conn, model, std::slice::from_ref(record.pk()))?;
                linked.push((
                    many.name,
                    pairs.into_iter().map(|(_, to)| to).collect::<Vec<_>>(),
                ));
            }
        }
        let links = |name: &'static str| {
            let found = linked.iter().find(|(known, _)| *known == name);
            found.map(|(_, keys)| keys.clone()).unwrap_or_default()
        };
        let mut form = ModelForm::new(record, adding, &edited, &links, self.zone());
        for bound in &mut form.fields {
            bound.commas = is_raw(bound.field, options);
        }
        Ok(Draft {
            name,
            shape,
            form,
            linked,
            inlines: Vec::new(),
            found: None,
            bound: false,
        })
    }
}

/// Fills the form of a new row with what the query string says: many-to-many fields with commas (Django's
/// `get_changeform_initial_data`).
pub(super) fn prefill(form: &mut ModelForm, query: &QueryDict, zone: chrono_tz::Tz) {
    for bound in &mut form.fields {
        let Some(text) = query.get(bound.field.name()) else {
            continue;
        };
        bound.typed = match bound.field {
            ModelField::Many(_) => Typed(text.split(',').map(str::to_owned).collect()),
            ModelField::Column(column) if bound.field.is_split() => {
                match parse_in(column, text, zone) {
                    Some(value) => {
                        crate::forms::model::texts(bound.field, &Cleaned::One(value), zone)
                    }
                    None => Typed(vec![text.to_owned(), String::new()]),
                }
            }
            ModelField::Column(_) if bound.field.is_box() => {
                let ticked = !matches!(text.to_lowercase().as_str(), "" | "0" | "false");
                Typed(ticked.then(|| "on".to_owned()).into_iter().collect())
            }
            ModelField::Column(_) => Typed::one(text),
        };
        bound.shown = bound.typed.clone();
    }
}
