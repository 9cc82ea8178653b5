//! Checks the declarations of site authors.

use std::fmt;

use super::{AppConfig, Field, GenericRelation, ManyToMany, Meta, OnDelete, Validator};
use crate::db::{Decimal, Kind, Value};

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
        let mut before = models[..at].iter();
        if let Some(other) =
            before.find(|other| other.table == model.table && other.concrete() != model.concrete())
        {
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
            found.extend(check_field(model, field));
        }
        for many in &model.many {
            check_many(model, many, &mut found);
        }
        for generic in &model.generic {
            check_generic(model, generic, &mut found);
        }
        check_names(model, &mut found);
        if let Some(index) = &model.search_index {
            index.check(model, &mut found);
        }
        check_permissions(model, &mut found);
        if model.proxy_for.is_none() {
            check_accessors(model, &mut found);
        }
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

/// Returns the fields of `model` that SQLite cannot have.
pub fn check_sqlite(model: &'static Meta) -> Vec<Finding> {
    let only = |field: &'static Field| {
        let class = field.kind.field_type().postgres_only()?;
        let place = format!("{}.{}", model.object_label(), field.name);
        let text = format!(
            "only PostgreSQL has columns of this type ({class}), and DATABASE_URL names SQLite. \
             Use PostgreSQL, or a field of type Json."
        );
        Some(Finding::new("nuages.E012", place, "kind", text))
    };
    model.fields.iter().filter_map(only).collect()
}

/// Returns the errors in the description of a field.
pub fn check_field(model: &'static Meta, field: &'static Field) -> Vec<Finding> {
    let mut found = Vec::new();
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
    if let Some(problem) = field.kind.field_type().problem(field) {
        add(problem.id, problem.option, problem.text);
    }
    for (option, text) in mistakes(field) {
        add("nuages.E006", option, text);
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
        return found;
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
    if relation.on_delete == OnDelete::SetDefault && field.default.is_none() && !field.null {
        let text = "the field has no default. Give it one, or choose another rule.".to_owned();
        add("fields.E321", "on_delete", text);
    }
    let to = relation.target();
    if field.sql != to.sql {
        let text = format!(
            "the column has type {:?} and refers to a column of type {:?}. Give both the same type.",
            field.sql, to.sql
        );
        add("nuages.E002", "to", text);
    }
    if relation.to_field.is_some() && !(to.unique || to.primary_key) {
        let text = format!(
            "{}.{} is not unique. Make it unique, or refer to the primary key.",
            target.object_label(),
            to.name
        );
        add("fields.E311", "to_field", text);
    }
    found
}

/// Returns the options of a field that do not fit its column, each with the remedy.
fn mistakes(field: &Field) -> Vec<(&'static str, String)> {
    let is_whole = matches!(field.sql, Kind::SmallInt | Kind::Integer | Kind::BigInt);
    let is_number = is_whole || matches!(field.sql, Kind::Decimal | Kind::Double);
    let is_time = matches!(field.sql, Kind::Date | Kind::Time | Kind::Timestamp);
    let mut found = Vec::new();

    if !field.kind.fits(field.sql) {
        let text = format!(
            "a column of type {:?} cannot hold a {}. Remove the option, or change the column.",
            field.sql,
            field.kind.field_type().description(field.kind)
        );
        found.push(("kind", text));
    }
    let has_bound = field
        .validators
        .iter()
        .any(|rule| matches!(rule, Validator::Min(_) | Validator::Max(_)));
    if has_bound && !is_number {
        let text = "min and max are for numbers. Use a validator of your own.".to_owned();
        found.push(("min", text));
    }
    if (field.auto_now || field.auto_now_add) && !is_time {
        let text = "only a date, a time or a moment can be set to the current time. Remove it.";
        found.push(("auto_now", text.to_owned()));
    }
    if let Some(default) = field.default.map(|default| default()) {
        let kind = default.kind();
        let is_integer = matches!(kind, Kind::SmallInt | Kind::Integer | Kind::BigInt);
        let fits = kind == field.sql || (is_integer && is_number);
        if default.is_null() && !field.null {
            let text = "the default is NULL, which the column cannot hold. Remove it.".to_owned();
            found.push(("default", text));
        } else if !fits {
            let text = format!(
                "the default is of type {kind:?}, and the column of type {:?}. Write a default of that \
                 type.",
                field.sql
            );
            found.push(("default", text));
        }
        found.extend(beyond(field, &default).map(|text| ("default", text)));
    }
    found
}

/// Returns the mistake if a default is outside of the author's bounds, so that each new form starts
/// with an error.
fn beyond(field: &Field, default: &Value) -> Option<String> {
    let number = match default {
        Value::Decimal(number) => number.clone(),
        value => Decimal::from(value.as_i64()?),
    };
    field.validators.iter().find_map(|rule| match rule {
        Validator::Min(least) if number < *least => Some(format!(
            "the default {number} is less than the minimum {least}. Change one of them."
        )),
        Validator::Max(most) if number > *most => Some(format!(
            "the default {number} is greater than the maximum {most}. Change one of them."
        )),
        _ => None,
    })
}

/// Checks that the links of a many-to-many field can be found.
fn check_many(model: &'static Meta, many: &'static ManyToMany, found: &mut Vec<Finding>) {
    let target = many.to();
    if super::find(target.app, &target.name).is_none() {
        let text = format!(
            "{} is not installed. List it in `models` of its app.",
            target.object_label()
        );
        let place = format!("{}.{}", model.object_label(), many.name);
        found.push(Finding::new("fields.E300", place, "to", text));
    }
    let Some(link) = many.link_model() else {
        return;
    };
    let ends = [(many.from_column, model), (many.to_column, many.to())];
    for (_, end) in ends.iter().filter(|(column, _)| column.is_empty()) {
        let text = format!(
            "{} has no foreign key to {}. Add one.",
            link.object_label(),
            end.object_label()
        );
        let place = format!("{}.{}", model.object_label(), many.name);
        found.push(Finding::new("fields.E333", place, "through", text));
    }
}

/// Checks that the columns of a generic relation can refer to rows of the model.
fn check_generic(
    model: &'static Meta,
    generic: &'static GenericRelation,
    found: &mut Vec<Finding>,
) {
    let other = generic.model();
    let mut add = |id, text: String| {
        let place = format!("{}.{}", model.object_label(), generic.name);
        found.push(Finding::new(id, place, "generic_relation", text));
    };
    let key = other.column(generic.content_type);
    let is_type = key
        .and_then(|key| key.relation.as_ref())
        .is_some_and(|relation| relation.to().label() == "contenttypes.contenttype");
    if !is_type {
        let text = format!(
            "{}.{} is not a foreign key to ContentType. Make it one.",
            other.object_label(),
            generic.content_type
        );
        add("contenttypes.E004", text);
    }
    let is_whole = |sql: Kind| matches!(sql, Kind::SmallInt | Kind::Integer | Kind::BigInt);
    let (own, held) = (model.pk().sql, other.column(generic.object_id));
    if !held.is_some_and(|held| held.sql == own || (is_whole(held.sql) && is_whole(own))) {
        let text = format!(
            "{}.{} cannot hold the primary key, which is of type {own:?}. Give both the same type.",
            other.object_label(),
            generic.object_id
        );
        add("nuages.E007", text);
    }
}

/// Checks that the permissions of the model have different codenames.
fn check_permissions(model: &'static Meta, found: &mut Vec<Finding>) {
    let default = |codename: &str| {
        let mut actions = model.default_permissions.iter();
        actions.any(|action| codename == format!("{action}_{}", model.name))
    };
    for (at, (codename, _)) in model.permissions.iter().enumerate() {
        let before = &model.permissions[..at];
        let (id, text) = if default(codename) {
            ("auth.E005", "every model has it. Remove it.")
        } else if before.iter().any(|(other, _)| other == codename) {
            ("auth.E006", "it is written twice. Remove one.")
        } else {
            continue;
        };
        let text = format!("the permission {codename:?}: {text}");
        found.push(Finding::new(id, model.object_label(), "permissions", text));
    }
}

/// Checks that the model's constraints and indexes have different names, and that each names
/// columns of the model.
fn check_names(model: &'static Meta, found: &mut Vec<Finding>) {
    let indexes = model.indexes.iter().filter_map(|index| index.name);
    let unique = model.unique_constraints.iter().map(|it| it.name);
    let check = model.check_constraints.iter().map(|it| it.name);
    let mut seen: Vec<&str> = Vec::new();
    for name in indexes.chain(unique).chain(check) {
        if seen.contains(&name) {
            let text = format!("the name {name} is used twice. Choose another for one of them.");
            let place = model.object_label();
            found.push(Finding::new("models.E032", place, "constraints", text));
        }
        seen.push(name);
    }
    for constraint in &model.check_constraints {
        if model.columns_in(constraint.check).is_empty() {
            let text = format!(
                "the check {:?} of {} names no column of the model. Write its columns as they are \
                 called in the database.",
                constraint.check, constraint.name
            );
            let place = model.object_label();
            found.push(Finding::new("models.E012", place, "constraints", text));
        }
    }
    for expression in model.expressions() {
        for column in model.unknown_columns(expression.sql) {
            let columns: Vec<&str> = model.fields.iter().map(|field| field.column).collect();
            let text = format!(
                "{} refers to the column {column:?}, which the table does not have. The columns are {}.",
                expression.name,
                columns.join(", ")
            );
            let place = model.object_label();
            found.push(Finding::new("models.E012", place, expression.option, text));
        }
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
