//! [`ApiModel`]: a model of the admin, as the API shows it.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::admin::{AdminSite, RegisteredModel};
use crate::forms::model::ModelField;
use crate::models::{Field, FieldKind, ManyToMany, Meta};
use crate::records::{Actor, Policy};
use crate::settings::Settings;
use crate::words::leaked;

/// The models of each admin site, by its address and `FORCE_SCRIPT_NAME`: a program has one, and a test may have several.
static MODELS: Mutex<BTreeMap<(usize, String), &'static [ApiModel]>> = Mutex::new(BTreeMap::new());

/// Returns the models of the admin that the API shows.
pub(crate) fn models(site: &'static AdminSite, settings: &Settings) -> &'static [ApiModel] {
    let script_name = &settings.proxy.script_name;
    let mut known = MODELS.lock().unwrap_or_else(PoisonError::into_inner);
    known
        .entry((std::ptr::from_ref(site).addr(), script_name.clone()))
        .or_insert_with(|| {
            let shown = site.models().iter();
            let shown = shown.filter(|registered| !registered.options.no_api);
            let models = shown.map(|registered| {
                let model = registered.model;
                let path = leaked(format!("/api/{}/{}/", model.app, model.name));
                ApiModel::new(registered, path, script_name)
            });
            Vec::leak(models.collect())
        })
}

/// The name of a row's text for people.
pub(super) const DISPLAY: &str = "display";

/// A model of the admin with the fields that the API shows.
#[derive(Debug)]
pub(crate) struct ApiModel {
    pub(super) registered: &'static RegisteredModel,
    /// The fields, in the order in which rows have them.
    pub(super) fields: Vec<ApiField>,
    /// The path of the list: `/api/catalog/product/`.
    pub(super) path: &'static str,
    /// `FORCE_SCRIPT_NAME`, which the URLs of files begin with.
    pub(super) script_name: String,
}

/// A field of a row.
#[derive(Debug, Clone, Copy)]
pub(super) enum ApiField {
    Column(&'static Field),
    Many(&'static ManyToMany),
    /// The text for people.
    Display,
}

impl ApiField {
    /// Returns the name in rows.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Column(field) => field.name,
            Self::Many(many) => many.name,
            Self::Display => DISPLAY,
        }
    }

    /// Returns the field of forms.
    pub(super) fn model_field(self) -> Option<ModelField> {
        match self {
            Self::Column(field) => Some(ModelField::Column(field)),
            Self::Many(many) => Some(ModelField::Many(many)),
            Self::Display => None,
        }
    }
}

impl ApiModel {
    /// Returns the model as the API shows it: every column that is not secret, the many-to-many fields, and the text for
    /// people.
    pub(super) fn new(
        registered: &'static RegisteredModel,
        path: &'static str,
        script_name: &str,
    ) -> Self {
        let model = registered.model;
        let columns = model.fields.iter().filter(|field| !field.secret);
        let mut fields: Vec<ApiField> = columns.map(ApiField::Column).collect();
        fields.sort_by_key(|field| {
            let is_key = matches!(field, ApiField::Column(field) if field.primary_key);
            !is_key
        });
        fields.extend(model.many.iter().map(ApiField::Many));
        if fields.iter().all(|field| field.name() != DISPLAY) {
            fields.push(ApiField::Display);
        }
        Self {
            registered,
            fields,
            path,
            script_name: script_name.to_owned(),
        }
    }

    pub(super) fn meta(&self) -> &'static Meta {
        self.registered.model
    }

    pub(super) fn policy(&self) -> Policy<'static> {
        self.registered.policy()
    }

    /// Whether `actor` may `view`, `add`, `change` or `delete` some row.
    pub(super) fn may(&self, actor: &Actor, action: &str) -> bool {
        self.policy().may(&actor.permissions, action, None)
    }

    /// Returns the field called `name`.
    pub(super) fn field(&self, name: &str) -> Option<ApiField> {
        self.fields
            .iter()
            .copied()
            .find(|field| field.name() == name)
    }
}

/// Whether no request can ever set the field: the database or the framework does.
pub(super) fn is_automatic(field: ModelField) -> bool {
    match field {
        ModelField::Many(many) => many.link_model().is_some(),
        ModelField::Column(field) => {
            let is_made = field.generated || field.auto_now || field.auto_now_add;
            is_made || !field.is_written() || field.kind == FieldKind::Auto
        }
    }
}
