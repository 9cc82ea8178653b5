//! Creates the forms of rows with their links.

use chrono_tz::Tz;

use super::options::FormOptions;
use crate::db::{Conn, Value};
use crate::error::Result;
use crate::forms::model::{ModelField, ModelForm};
use crate::models::Record;

/// The links of several rows: for each many-to-many field, the keys of the rows that it connects.
#[derive(Debug, Default)]
pub(super) struct Links(Vec<(&'static str, Vec<(Value, Value)>)>);

impl Links {
    /// Returns the keys that the field `name` of the row with this primary key links to.
    fn keys(&self, name: &str, pk: &Value) -> Vec<Value> {
        let fields = self.0.iter().filter(|(field, _)| *field == name);
        fields
            .flat_map(|(_, pairs)| pairs)
            .filter(|(from, _)| from == pk)
            .map(|(_, to)| to.clone())
            .collect()
    }
}

impl FormOptions {
    /// Loads the links of `records`: one query for each many-to-many field of the form.
    pub(super) fn links<'a>(
        &self,
        conn: &mut Conn,
        records: impl IntoIterator<Item = &'a Record>,
    ) -> Result<Links> {
        let pks: Vec<Value> = records
            .into_iter()
            .map(|record| record.pk().clone())
            .collect();
        let mut links = Vec::new();
        for field in self.model_fields() {
            if let ModelField::Many(many) = field {
                links.push((many.name, many.linked(conn, self.model, &pks)?));
            }
        }
        Ok(Links(links))
    }

    /// Creates the form of a row, or of a new one.
    pub(super) fn form(&self, record: Option<Record>, links: &Links, zone: Tz) -> ModelForm {
        let adding = record.is_none();
        let record = record.unwrap_or_else(|| self.new_record());
        let pk = record.pk().clone();
        let linked = |name: &'static str| links.keys(name, &pk);
        let mut form = ModelForm::new(record, adding, &self.model_fields(), &linked, zone);
        if adding {
            self.fix(&mut form);
        }
        form
    }
}
