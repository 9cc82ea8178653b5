//! Documentation of the models, generated from their descriptions.

mod model;

use actix_web::web::Path;
use askama::Template;

use super::AdminRequest;
use super::frame::{Crumb, Frame};
use crate::error::{Error, Result};
use crate::http::{Html, render};
use crate::models::{Meta, all, app_verbose_name, find};
use crate::words::capfirst;
use model::{Documented, documented};

const URL: &str = "/admin/doc/models/";

#[derive(Template)]
#[template(path = "admin/doc_index.html")]
struct DocIndex {
    frame: Frame,
    apps: Vec<DocApp>,
}

/// An app and its models.
struct DocApp {
    name: String,
    label: &'static str,
    models: Vec<Link>,
}

/// A link to the documentation of a model.
struct Link {
    name: String,
    url: String,
    fields: usize,
}

#[derive(Template)]
#[template(path = "admin/doc_model.html")]
struct DocModel {
    frame: Frame,
    model: Documented,
}

/// `GET /admin/doc/models/`: the models on which the user has any permission.
pub(super) async fn models(request: AdminRequest) -> Result<Html> {
    let mut apps: Vec<DocApp> = Vec::new();
    for model in all()
        .iter()
        .copied()
        .filter(|model| is_shown(&request, model))
    {
        let link = Link {
            name: capfirst(&model.verbose_name),
            url: url(model),
            fields: model.fields.len() + model.many.len(),
        };
        match apps.iter_mut().find(|app| app.label == model.app) {
            Some(app) => app.models.push(link),
            None => apps.push(DocApp {
                name: app_verbose_name(model.app),
                label: model.app,
                models: vec![link],
            }),
        }
    }
    apps.sort_by(|one, other| one.name.cmp(&other.name));
    let frame = request.frame(
        "Model documentation",
        vec![Crumb::new("Model documentation", "")],
    );
    render(&DocIndex { frame, apps })
}

/// `GET /admin/doc/models/catalog.product/`
pub(super) async fn model(request: AdminRequest, name: Path<String>) -> Result<Html> {
    let found = name
        .split_once('.')
        .and_then(|(app, model)| find(app, model));
    let model = found
        .filter(|model| is_shown(&request, model))
        .ok_or(Error::NotFound)?;
    let documented = documented(&request, model);
    let crumbs = vec![
        Crumb::new("Model documentation", URL),
        Crumb::new(capfirst(&model.verbose_name), ""),
    ];
    let frame = request.frame(capfirst(&model.verbose_name), crumbs);
    render(&DocModel {
        frame,
        model: documented,
    })
}

/// Whether the user may see this model's documentation (Django's `user_has_model_view_permission`).
fn is_shown(request: &AdminRequest, model: &Meta) -> bool {
    let may = |action: &&str| request.permissions.has_perm(&model.permission(action));
    ["view", "change", "add", "delete"].iter().any(may)
}

fn url(model: &Meta) -> String {
    format!("{URL}{}/", model.label())
}
