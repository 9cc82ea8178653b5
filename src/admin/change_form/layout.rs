//! The layout of a form: its fields in fieldsets, editable or read-only.

use crate::admin::options::{ChoiceLimits, FormFields, HookRequest, ListColumn, Options};
use crate::admin::{Actor, RegisteredModel};
use crate::forms::model::{ModelField, ModelForm};
use crate::models::{Meta, Record};
use crate::settings::Settings;

/// A position in a form.
#[derive(Debug, Clone, Copy)]
pub(super) enum LayoutItem {
    /// An editable field.
    Edit(ModelField),
    /// A read-only field.
    Show(ModelField),
    /// The computed column with this index.
    Computed(usize),
}

/// A fieldset.
#[derive(Debug, Clone)]
pub(super) struct LayoutFieldset {
    pub(super) title: &'static str,
    pub(super) description: &'static str,
    pub(super) collapsed: bool,
    pub(super) lines: Vec<Vec<LayoutItem>>,
}

/// The fields of a form.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    pub(super) groups: Vec<LayoutFieldset>,
    /// The limits of the rows that relations can be set to, by the names of the fields.
    pub(super) limits: ChoiceLimits,
}

/// The row of a form, and the user's permissions on it.
#[derive(Debug, Clone, Copy)]
pub(super) struct LayoutContext<'a> {
    pub(super) actor: &'a Actor,
    pub(super) settings: &'a Settings,
    pub(super) record: Option<&'a Record>,
    pub(super) may_edit: bool,
}

/// The fields of a row that a user may write, with the limits of their choices.
#[derive(Debug)]
pub(crate) struct EditableFields {
    fields: Vec<ModelField>,
    limits: ChoiceLimits,
}

impl EditableFields {
    /// Returns the fields, in the order of the form.
    pub(crate) fn iter(&self) -> impl Iterator<Item = ModelField> + '_ {
        self.fields.iter().copied()
    }

    /// Whether the user may write `field`.
    pub(crate) fn has(&self, field: ModelField) -> bool {
        self.fields.iter().any(|other| other.key() == field.key())
    }

    /// Limits the rows that the fields of `form` can refer to.
    pub(crate) fn limit(&self, form: &mut ModelForm) {
        self.limits.apply(form);
    }
}

impl RegisteredModel {
    /// Returns the fields that the form of `record`, or of a new row, lets the user edit.
    pub(crate) fn editable_fields(
        &self,
        actor: &Actor,
        settings: &Settings,
        record: Option<&Record>,
    ) -> EditableFields {
        let context = LayoutContext {
            actor,
            settings,
            record,
            may_edit: true,
        };
        let layout = Layout::new(self.model, &self.options, context, &[]);
        EditableFields {
            fields: layout.edited(),
            limits: layout.limits,
        }
    }
}

impl Layout {
    /// Returns the layout for `model` and `options`; `without` is the foreign key of an inline to
    /// its parent.
    pub(super) fn new(
        model: &'static Meta,
        options: &Options,
        context: LayoutContext<'_>,
        without: &[&'static str],
    ) -> Self {
        let chosen = form_fields(options, context);
        let mut readonly = chosen.readonly_fields;
        readonly.extend(
            options
                .policy(model)
                .fixed_fields(&context.actor.user, context.record),
        );
        let item = |name: &&'static str| -> Option<LayoutItem> {
            let field = ModelField::find(model, name)?;
            let column = field.column();
            if without.contains(name) || chosen.exclude.contains(name) {
                return None;
            }
            // A computed column with the same name may replace a secret column.
            if column.is_some_and(|column| column.secret) {
                return computed_at(options, name).map(LayoutItem::Computed);
            }
            let fixed = !context.may_edit
                || readonly.contains(name)
                || column.is_some_and(|column| !column.editable);
            Some(if fixed {
                LayoutItem::Show(field)
            } else {
                LayoutItem::Edit(field)
            })
        };
        let mut groups: Vec<LayoutFieldset> = if chosen.fieldsets.is_empty() {
            let names = chosen.fields.unwrap_or_else(|| names(model, &readonly));
            let lines = names
                .iter()
                .filter_map(item)
                .map(|item| vec![item])
                .collect();
            vec![LayoutFieldset {
                title: "",
                description: "",
                collapsed: false,
                lines,
            }]
        } else {
            let group = |set: &crate::admin::options::Fieldset| LayoutFieldset {
                title: set.title,
                description: set.description,
                collapsed: set.collapsed,
                lines: set
                    .lines
                    .iter()
                    .map(|line| line.iter().filter_map(item).collect())
                    .collect(),
            };
            chosen.fieldsets.iter().map(group).collect()
        };
        let placed = |at: &usize| {
            let mut items = groups.iter().flat_map(|group| group.lines.iter().flatten());
            items.any(|item| matches!(item, LayoutItem::Computed(other) if other == at))
        };
        let rest: Vec<usize> = (0..options.readonly_computed.len())
            .filter(|at| !placed(at))
            .collect();
        if let Some(last) = groups.last_mut() {
            last.lines
                .extend(rest.into_iter().map(|at| vec![LayoutItem::Computed(at)]));
        }
        for group in &mut groups {
            group.lines.retain(|line| !line.is_empty());
        }
        groups.retain(|group| !group.lines.is_empty());
        let request = HookRequest::new(context.actor, context.settings, context.record);
        Self {
            groups,
            limits: options.choice_limits(&request),
        }
    }

    /// Returns every position, in order.
    pub(super) fn items(&self) -> impl Iterator<Item = LayoutItem> + '_ {
        self.groups
            .iter()
            .flat_map(|group| &group.lines)
            .flatten()
            .copied()
    }

    /// Returns the editable fields, in order.
    pub(super) fn edited(&self) -> Vec<ModelField> {
        let edited = self.items().filter_map(|item| match item {
            LayoutItem::Edit(field) => Some(field),
            _ => None,
        });
        edited.collect()
    }

    /// Returns the read-only fields.
    pub(super) fn shown(&self) -> Vec<ModelField> {
        let shown = self.items().filter_map(|item| match item {
            LayoutItem::Show(field) => Some(field),
            _ => None,
        });
        shown.collect()
    }
}

/// Returns the fields that the options declare, as the hooks of the site author change them for this request.
fn form_fields(options: &Options, context: LayoutContext<'_>) -> FormFields {
    let (hooks, declared) = (&options.request, options.declared_fields());
    let request = HookRequest::new(context.actor, context.settings, context.record);

    let mut chosen = declared;
    if let Some(get_fields) = hooks.get_fields {
        chosen.fields = Some(get_fields(&request).names().to_vec());
    }
    if let Some(get_fieldsets) = hooks.get_fieldsets {
        chosen.fieldsets = get_fieldsets(&request, chosen.fieldsets);
    }
    if let Some(get_form) = hooks.get_form {
        get_form(&request, &mut chosen);
    }
    chosen
}

/// Returns the index of the computed column called `name`.
fn computed_at(options: &Options, name: &str) -> Option<usize> {
    let is_called = |column: &ListColumn| matches!(column, ListColumn::Computed { name: own, .. } | ListColumn::Loaded { name: own, .. } if *own == name);
    options.readonly_computed.iter().position(is_called)
}

/// Returns the default fields of a form: editable fields, then read-only ones.
fn names(model: &'static Meta, readonly: &[&'static str]) -> Vec<&'static str> {
    let columns = model
        .fields
        .iter()
        .filter(|field| field.editable)
        .map(|field| field.column);
    let all = columns.chain(model.plain_many().map(|many| many.name));
    all.filter(|name| !readonly.contains(name))
        .chain(readonly.iter().copied())
        .collect()
}

/// Returns the heading of a computed column.
pub(super) fn head(column: &ListColumn) -> String {
    match column {
        ListColumn::Computed { description, .. } | ListColumn::Loaded { description, .. } => {
            crate::words::capfirst(description)
        }
        ListColumn::Field(path) => crate::words::capfirst(&path.column.replace('_', " ")),
    }
}
