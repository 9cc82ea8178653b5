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
}

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
