//! Checks the declarations of site authors.

use std::fmt;

use super::{AppConfig, Field, Meta, OnDelete};

/// An error in a declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Django's number of the error, such as `admin.E124`, or one of ours.
    pub id: &'static str,
    /// The declaration: `catalog.Product`, `the admin of catalog.Product`.
    pub place: String,
    /// The option that is wrong: `list_editable`.
    pub option: &'static str,
    /// The error and its remedy.
    pub text: String,
}

impl Finding {
    /// Creates a finding.
    pub fn new(
        id: &'static str,
        place: impl Into<String>,
        option: &'static str,
        text: impl Into<String>,
    ) -> Self {
        Self {
            id,
            place: place.into(),
            option,
            text: text.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "({}) {}, {}: {}",
            self.id, self.place, self.option, self.text
        )
    }
}

impl Meta {
    /// Returns `catalog.Product`, the label in the spelling of authors.
    pub fn object_label(&self) -> String {
        format!("{}.{}", self.app, self.object_name)
    }
}

/// Returns the errors in the models of `apps`, which must be installed.
pub fn check(apps: &[AppConfig]) -> Vec<Finding> {
    let mut found = Vec::new();
    for app in apps {
        for model in app
            .models
            .iter()
            .map(|model| model())
            .filter(|model| model.app != app.label)
        {
            let text = format!(
                "`models` of the app {} lists this model. List it in its own app.",
                app.label
            );
            found.push(Finding::new(
                "nuages.E001",
                model.object_label(),
                "AppConfig::models",
                text,
            ));
        }
    }
    let models: Vec<&'static Meta> = super::all().to_vec();
    for (at, model) in models.iter().enumerate() {
        if let Some(other) = models[..at].iter().find(|other| other.table == model.table) {
            let text = format!(
                "the table {} already belongs to {}. Name another.",
                model.table,
                other.object_label()
            );
            found.push(Finding::new(
                "models.E028",
                model.object_label(),
                "table_name",
                text,
            ));
        }
        check_name(model, &mut found);
        for field in &model.fields {
            check_field(model, field, &mut found);
        }
        check_accessors(model, &mut found);
    }
    found
}

fn check_name(model: &Meta, found: &mut Vec<Finding>) {
    if !model.is_named {
        let text = format!(
            "the model has no label, and its table {} is not called <app>_{}. Set .label(\"app.{}\").",
            model.table, model.name, model.object_name
        );
        found.push(Finding::new(
            "nuages.E003",
            model.object_label(),
            "label",
            text,
        ));
    }
}

fn check_field(model: &'static Meta, field: &'static Field, found: &mut Vec<Finding>) {
    let mut add = |id, option, text: String| {
        found.push(Finding::new(
            id,
            format!("{}.{}", model.object_label(), field.name),
            option,
            text,
        ));
    };
    if field.primary_key && field.null {
        add(
            "fields.E007",
            "null",
            "a primary key cannot be NULL. Make the column NOT NULL.".to_owned(),
        );
    }
    if let Some(problem) = field.kind.field_type().problem(field.kind) {
        add(problem.id, problem.option, problem.text);
    }
    let longest = field
        .choices
        .iter()
        .map(|(value, _)| value.chars().count())
        .max()
        .unwrap_or(0);
    if let Some(most) = field.max_length().filter(|most| longest > *most) {
        add(
            "fields.E009",
            "max_length",
            format!("a choice has {longest} characters, but only {most} fit. Allow {longest}."),
        );
    }
    let Some(relation) = &field.relation else {
        return;
    };
    let target = relation.to();
    if super::find(target.app, &target.name).is_none() {
        let text = format!(
            "{} is not installed. List it in `models` of its app.",
            target.object_label()
        );
        add("fields.E300", "to", text);
    }
    if relation.on_delete.effect() == OnDelete::SetNull && !field.null {
        let text =
            "the column cannot be NULL. Make it Nullable, or choose another rule.".to_owned();
        add("fields.E320", "on_delete", text);
    }
    if field.sql != target.pk().sql {
        let text = format!(
            "the column has type {:?} and refers to a column of type {:?}. Give both the same type.",
            field.sql,
            target.pk().sql
        );
        add("nuages.E002", "to", text);
    }
}

/// Checks that different foreign keys to `model` have different reverse accessors.
fn check_accessors(model: &'static Meta, found: &mut Vec<Finding>) {
    let keys = model.reverse();
    for (at, key) in keys.iter().enumerate() {
        let accessor = key.accessor();
        let place = || format!("{}.{}", key.model.object_label(), key.field.name);
        if let Some(other) = keys[..at].iter().find(|other| other.accessor() == accessor) {
            let (other, label) = (other.field.name, model.object_label());
            let text = format!(
                "{label}.{accessor} already belongs to {other}. Give one of them a related_name."
            );
            found.push(Finding::new("fields.E304", place(), "related_name", text));
        }
        if model.field(&accessor).is_some() || model.many(&accessor).is_some() {
            let text = format!(
                "{} has a field {accessor}. Give it a related_name.",
                model.object_label()
            );
            found.push(Finding::new("fields.E302", place(), "related_name", text));
        }
    }
}

#[cfg(test)]
mod tests {
    use diesel::prelude::*;

    use super::check_name;
    use crate::models::content_types::ContentType;
    use crate::models::{Description, Model};
    use crate::schema::django_session;
    use crate::test_tables::catalog_tag;

    #[derive(Identifiable)]
    #[diesel(table_name = django_session, primary_key(session_key))]
    struct Visit {
        session_key: String,
    }

    impl Model for Visit {
        fn describe(it: Description<Self>) -> Description<Self> {
            it
        }
    }

    #[derive(Identifiable)]
    #[diesel(table_name = catalog_tag)]
    struct Tag {
        id: i64,
    }

    impl Model for Tag {
        fn describe(it: Description<Self>) -> Description<Self> {
            it.label("catalog")
        }
    }

    #[test]
    fn a_model_whose_name_is_not_known_is_reported() {
        let mut found = Vec::new();
        check_name(Visit::meta(), &mut found);
        check_name(Tag::meta(), &mut found);
        check_name(ContentType::meta(), &mut found);
        let said: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(said.len(), 2, "{said:?}");
        assert_eq!(
            said[0],
            "(nuages.E003) django.Visit, label: the model has no label, and its table django_session is not called \
             <app>_visit. Set .label(\"app.Visit\")."
        );
        assert!(
            said[1].starts_with("(nuages.E003) catalog.Tag, label"),
            "{said:?}"
        );
    }
}
