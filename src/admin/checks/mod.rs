//! Checks the options of admins, with Django's error numbers. Errors that the compiler detects,
//! such as unknown fields and values of a wrong type, need no check.

mod form;
mod inlines;
mod list;

use super::options::Options;
use super::{AdminSite, RegisteredModel};
use crate::models::{Field, Finding, ManyToMany, Meta, all, find};

impl AdminSite {
    /// Returns the errors in the admins of the site's models.
    pub fn check(&self) -> Vec<Finding> {
        let mut found = Vec::new();
        for registered in self.models() {
            let mut checks = Checks {
                site: self,
                registered,
                options: &registered.options,
                model: registered.model,
                found: Vec::new(),
            };
            checks.installed();
            checks.list();
            checks.form();
            checks.inlines();
            found.append(&mut checks.found);
        }
        for misplaced in &self.misplaced {
            let (id, text) = if misplaced.call == "register" {
                (
                    "nuages.E109",
                    "the model is registered twice, and the second registration drops every option of the first. \
                     Call `extend` to add options, or `unregister` first to replace them.",
                )
            } else {
                (
                    "nuages.E110",
                    "the model is not registered, so there is nothing to extend. Call `register` first.",
                )
            };
            let place = format!("the admin of {}", misplaced.model.object_label());
            found.push(Finding::new(id, place, misplaced.call, text));
        }
        found.extend(self.reserved_labels());
        for app in self
            .app_options
            .iter()
            .filter(|app| !all().iter().any(|model| model.app == app.label))
        {
            let text =
                "no installed app with models has this label. Remove it, or install the app.";
            found.push(Finding::new(
                "nuages.E106",
                format!("the admin of the app {}", app.label),
                "label",
                text,
            ));
        }
        found
    }

    /// Returns a finding for each app whose page the admin's own pages hide.
    fn reserved_labels(&self) -> Vec<Finding> {
        let apps = self
            .apps()
            .iter()
            .filter(|app| RESERVED_LABELS.contains(&app.label));
        let finding = |app: &super::App| {
            let text = format!(
                "the admin has a page of its own at /admin/{0}/, so nobody reaches the page of this app. The lists of its models \
                 are at /admin/{0}/<model>/ as always. Choose another label.",
                app.label
            );
            let place = format!("the app {}", app.label);
            Finding::new("nuages.W120", place, "label", text)
        };
        apps.map(finding).collect()
    }
}

/// The first parts of the admin's own URLs, which win over app labels of the same name.
const RESERVED_LABELS: [&str; 4] = ["history", "search", "tasks", "undo"];

/// The check of one admin, or of one of its inlines.
struct Checks<'a> {
    site: &'a AdminSite,
    registered: &'a RegisteredModel,
    options: &'a Options,
    model: &'static Meta,
    found: Vec<Finding>,
}

impl Checks<'_> {
    fn add(&mut self, id: &'static str, option: &'static str, text: impl Into<String>) {
        let of = self.registered.model.object_label();
        let place = if self.model == self.registered.model {
            format!("the admin of {of}")
        } else {
            format!(
                "the inline {} in the admin of {of}",
                self.model.object_label()
            )
        };
        self.found.push(Finding::new(id, place, option, text));
    }

    fn installed(&mut self) {
        if find(self.model.app, &self.model.name).is_none() {
            let text = "no installed app lists this model, so no user can get permissions for it. Add it to `models` of its app.";
            self.add("nuages.E108", "register", text);
        }
    }

    /// Whether an action may require this permission: one of the four of each model, or the first word of one that the
    /// model declares (`close` of `close_ticket`).
    fn is_permission(&self, name: &str) -> bool {
        let codename = format!("{name}_{}", self.model.name);
        ["view", "add", "change", "delete"].contains(&name)
            || self
                .model
                .permissions
                .iter()
                .any(|(own, _)| *own == codename)
    }

    fn column(&self, name: &str) -> Option<&'static Field> {
        self.model.column(name)
    }

    fn many(&self, name: &str) -> Option<&'static ManyToMany> {
        self.model.many(name)
    }

    /// Returns the model that the relation `name` refers to.
    fn related(&self, name: &str) -> Option<&'static Meta> {
        let key = self.column(name).and_then(|field| field.relation.as_ref());
        key.map(|relation| relation.to())
            .or_else(|| self.many(name).map(ManyToMany::to))
    }
}

/// Returns the names that occur more than once.
fn twice(names: &[&'static str]) -> Vec<&'static str> {
    let again = names
        .iter()
        .enumerate()
        .filter(|(at, name)| names[..*at].contains(name));
    again.map(|(_, name)| *name).collect()
}
