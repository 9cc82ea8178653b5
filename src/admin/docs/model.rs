//! The documentation page of a model.

use super::{is_shown, url};
use crate::admin::AdminRequest;
use crate::admin::options::{ListColumn, ListFilter, Options, SearchMode};
use crate::models::{ColumnPath, Field, ManyToMany, Meta, OnDelete, Order, Step, Validator};

/// The documentation of a model.
pub(super) struct Documented {
    pub(super) label: String,
    pub(super) table: &'static str,
    /// The URL of the model's list, if the user may see it.
    pub(super) list_url: Option<String>,
    pub(super) fields: Vec<DocField>,
    pub(super) facts: Vec<Fact>,
}

/// A field.
pub(super) struct DocField {
    pub(super) name: &'static str,
    pub(super) kind: String,
    /// The URL of the referenced model, if the user may see that model.
    pub(super) url: Option<String>,
    pub(super) label: String,
    pub(super) tags: Vec<&'static str>,
    pub(super) notes: String,
}

/// A detail of the whole model: its name, and words with or without a link.
pub(super) struct Fact {
    pub(super) name: &'static str,
    pub(super) words: Vec<(String, Option<String>)>,
}

/// Returns the documentation of `model` that the user may see.
pub(super) fn documented(request: &AdminRequest, model: &'static Meta) -> Documented {
    let link = |to: &Meta| is_shown(request, to).then(|| url(to));
    let registered = request.site.registered(model);
    let columns = model.fields.iter().map(|field| column(field, &link));
    let many = model.many.iter().map(|many| many_to_many(many, &link));
    let mut facts = vec![
        fact("Ordering", model.ordering.iter().map(order)),
        fact(
            "Unique together",
            model
                .unique_together
                .iter()
                .map(|columns| columns.join(", ")),
        ),
        fact("Constraints", constraints(model)),
        fact(
            "Indexes",
            model.indexes.iter().map(|index| {
                let columns = index.columns.iter().map(|column| column.column);
                columns.collect::<Vec<_>>().join(", ")
            }),
        ),
        fact(
            "Permissions",
            model
                .default_permissions
                .iter()
                .map(|action| model.permission(action))
                .chain(
                    model
                        .permissions
                        .iter()
                        .map(|(codename, _)| format!("{}.{codename}", model.app)),
                ),
        ),
    ];
    let back = model.reverse().into_iter().map(|key| {
        let rule = key
            .field
            .relation
            .as_ref()
            .map_or("", |relation| rule(relation.on_delete));
        (
            format!(
                "{}.{} ({rule}) as {}",
                key.model.object_label(),
                key.field.name,
                key.accessor()
            ),
            link(key.model),
        )
    });
    facts.push(Fact {
        name: "Referred to by",
        words: back.collect(),
    });
    if let Some(registered) = registered {
        facts.extend(options(&registered.options));
    }
    facts.retain(|fact| !fact.words.is_empty());
    Documented {
        label: model.object_label(),
        table: model.table,
        list_url: registered
            .filter(|registered| request.may(registered, "view", None))
            .map(|registered| registered.url()),
        fields: columns.chain(many).collect(),
        facts,
    }
}

fn constraints(model: &Meta) -> Vec<String> {
    let unique = model.unique_constraints.iter().map(|constraint| {
        let condition = constraint.condition.map(|sql| format!(" if {sql}"));
        let columns = constraint.columns.join(", ");
        format!(
            "{}: {columns} unique{}",
            constraint.name,
            condition.unwrap_or_default()
        )
    });
    let check = model
        .check_constraints
        .iter()
        .map(|constraint| format!("{}: {}", constraint.name, constraint.check));
    unique.chain(check).collect()
}

fn fact(name: &'static str, words: impl IntoIterator<Item = String>) -> Fact {
    Fact {
        name,
        words: words.into_iter().map(|word| (word, None)).collect(),
    }
}

fn options(options: &Options) -> Vec<Fact> {
    let shown = options.list_display.iter().map(|column| match column {
        ListColumn::Field(path) => way(path),
        ListColumn::Computed { name, .. } | ListColumn::Loaded { name, .. } => (*name).to_owned(),
    });
    let filters = options.list_filter.iter().map(|filter| match filter {
        ListFilter::Field(path, _) => way(path),
        ListFilter::Own(own) => own.parameter_name.to_owned(),
    });
    let searched = options.search_fields.iter().map(|field| {
        let prefix = match field.mode {
            SearchMode::Contains => "",
            SearchMode::StartsWith => "^",
            SearchMode::Exact => "=",
        };
        format!("{prefix}{}", way(&field.path))
    });
    vec![
        fact("List", shown),
        fact("Filters", filters),
        fact("Searched", searched),
        fact(
            "Actions",
            options.actions.iter().map(|action| action.name.to_owned()),
        ),
        fact(
            "Inside its form",
            options
                .inlines
                .iter()
                .map(|inline| inline.model.object_label()),
        ),
    ]
}

fn order(order: &Order) -> String {
    format!(
        "{}{}",
        if order.descending { "-" } else { "" },
        way(&order.path)
    )
}

/// Returns a path in the spelling of URLs: `category__name`.
fn way(path: &ColumnPath) -> String {
    let steps = path.steps.iter().map(|step| match step {
        Step::Forward(column) => column.strip_suffix("_id").unwrap_or(column).to_owned(),
        Step::Many(name) => (*name).to_owned(),
        Step::Reverse((_, model), _) | Step::ReverseMany((_, model), _) => (*model).to_owned(),
        Step::Aggregate(_) => "aggregate".to_owned(),
    });
    let last = (!path.column.is_empty()).then(|| path.column.to_owned());
    steps.chain(last).collect::<Vec<_>>().join("__")
}

fn column(field: &'static Field, link: &dyn Fn(&Meta) -> Option<String>) -> DocField {
    let mut tags = Vec::new();
    if field.primary_key {
        tags.push("primary key");
    }
    if let Some(relation) = &field.relation {
        tags.extend(["foreign key", rule(relation.on_delete)]);
    }
    if field.unique {
        tags.push("unique");
    }
    if field.null {
        tags.push("may be NULL");
    }
    if field.secret {
        tags.push("secret");
    } else if !field.blank && !field.primary_key && field.editable && field.default.is_none() {
        tags.push("required");
    }
    if !field.editable && !field.primary_key {
        tags.push("not editable");
    }
    let to = field.relation.as_ref().map(|relation| relation.to());
    DocField {
        name: field.name,
        kind: to.map_or_else(
            || field.kind.field_type().description(field.kind).into_owned(),
            Meta::object_label,
        ),
        url: to.and_then(link),
        label: field.label(),
        tags,
        notes: notes(field),
    }
}

fn many_to_many(many: &'static ManyToMany, link: &dyn Fn(&Meta) -> Option<String>) -> DocField {
    let required = if many.blank { None } else { Some("required") };
    DocField {
        name: many.name,
        kind: many.to().object_label(),
        url: link(many.to()),
        label: many.label(),
        tags: ["many to many"].into_iter().chain(required).collect(),
        notes: format!("through {}. {}", many.through(), many.help_text)
            .trim_end()
            .to_owned(),
    }
}

fn notes(field: &Field) -> String {
    let rules = field.validators.iter().filter_map(|rule| match rule {
        Validator::Min(least) => Some(format!("at least {least}")),
        Validator::Max(most) => Some(format!("at most {most}")),
        Validator::Custom(_) => None,
    });
    let mut parts: Vec<String> = rules.collect();
    if field.has_choices() {
        let choices = field.all_choices().into_iter();
        let values: Vec<_> = choices.map(|(value, _)| value).collect();
        parts.push(format!("one of {}", values.join(", ")));
    }
    if field.generated {
        parts.push("computed by the database".to_owned());
    }
    if field.auto_now {
        parts.push("set whenever it is saved".to_owned());
    }
    if field.auto_now_add {
        parts.push("set when it is made".to_owned());
    }
    let help = field.help_text;
    [parts.join("; "), help.to_owned()]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(". ")
}

fn rule(on_delete: OnDelete) -> &'static str {
    match on_delete {
        OnDelete::Cascade => "cascade",
        OnDelete::Protect => "protect",
        OnDelete::Restrict => "restrict",
        OnDelete::SetNull => "set null",
        OnDelete::SetDefault => "set default",
        OnDelete::DoNothing => "do nothing",
        OnDelete::DbCascade => "cascade, by the database",
        OnDelete::DbSetNull => "set null, by the database",
        OnDelete::DbSetDefault => "set default, by the database",
    }
}
