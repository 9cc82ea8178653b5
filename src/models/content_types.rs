//! Content types: the numbers of models in permissions and history.

use std::collections::HashMap;

use diesel::prelude::*;

use super::installed::labelled;
use super::{AppConfig, Description, Meta, Model, ModelKey};
use crate::db::{Conn, LossyText};
use crate::error::Result;
use crate::migration;
use crate::schema::django_content_type;

/// The app of the table `django_content_type`.
pub const APP: AppConfig = AppConfig {
    label: "contenttypes",
    verbose_name: "Content Types",
    models: &[ContentType::meta],
    migrations: &[migration!(
        "contenttypes",
        "0001_initial",
        ["0001_initial", "0002_remove_content_type_name"]
    )],
};

/// The content type of a model.
#[derive(Debug, Clone, PartialEq, Eq, Identifiable, Queryable, Selectable)]
#[diesel(table_name = django_content_type)]
pub struct ContentType {
    /// Primary key.
    pub id: i32,
    /// `catalog`
    #[diesel(deserialize_as = LossyText)]
    pub app_label: String,
    /// `product`
    #[diesel(deserialize_as = LossyText)]
    pub model: String,
}

impl Model for ContentType {
    fn describe(it: Description<Self>) -> Description<Self> {
        use django_content_type::{app_label, model};
        it.label("contenttypes.ContentType")
            .display_with((app_label, model), |[app, name]| {
                labelled(&app.to_string(), &name.to_string())
            })
            .unique_together((app_label, model))
            .natural_key((app_label, model))
            .field(app_label, |field| field.max_length(100))
            .field(model, |field| {
                field
                    .max_length(100)
                    .verbose_name("python model class name")
            })
    }
}

impl ModelKey for ContentType {
    type Key = i32;
    type KeySql = diesel::sql_types::Integer;
}

/// A content type to be inserted.
#[derive(Debug, Insertable)]
#[diesel(table_name = django_content_type)]
struct NewContentType {
    app_label: &'static str,
    model: &'static str,
}

impl ContentType {
    /// Returns the model with this number, if it is installed.
    pub fn model(conn: &mut Conn, id: i32) -> Result<Option<&'static Meta>> {
        let found = django_content_type::table
            .find(id)
            .select(Self::as_select())
            .first(conn)
            .optional()?;
        Ok(found.and_then(|found| super::find(&found.app_label, &found.model)))
    }

    /// Returns the number of `model` (Django's `get_for_model`); `None` before the model was
    /// migrated.
    pub fn for_model(conn: &mut Conn, model: &Meta) -> Result<Option<i32>> {
        let found = django_content_type::table
            .filter(django_content_type::app_label.eq(model.app))
            .filter(django_content_type::model.eq(&model.name));
        found
            .select(django_content_type::id)
            .first(conn)
            .optional()
            .map_err(Into::into)
    }

    /// Returns the ids of all content types, by app label and model name.
    pub fn ids(conn: &mut Conn) -> Result<HashMap<(String, String), i32>> {
        let all = django_content_type::table
            .select(Self::as_select())
            .load(conn)?;
        Ok(all
            .into_iter()
            .map(|one| ((one.app_label, one.model), one.id))
            .collect())
    }
}

/// Creates the missing content types of `app` (Django's `create_contenttypes`) and returns their
/// number.
pub fn create(conn: &mut Conn, app: &AppConfig) -> Result<usize> {
    let present = ContentType::ids(conn)?;
    let missing =
        |model: &&Meta| !present.contains_key(&(app.label.to_owned(), model.name.clone()));
    let mut made = 0;
    for model in app.models.iter().map(|model| model()).filter(missing) {
        let row = NewContentType {
            app_label: app.label,
            model: &model.name,
        };
        made += diesel::insert_into(django_content_type::table)
            .values(row)
            .execute(conn)?;
    }
    Ok(made)
}
