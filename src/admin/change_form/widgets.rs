//! Controls of relations, with links to the related rows.

use super::context::RenderContext;
use super::picker::{RowPicker, searchable};
use super::relations::Relations;
use crate::admin::options::Options;
use crate::admin::quote;
use crate::forms::model::{BLANK, BoundField, Choice, Control, ControlKind, ModelField, ModelForm};
use crate::models::{Meta, OnDelete, RelationTarget};
use crate::records::{MAX_CHOICES, MAX_MULTIPLE_CHOICES};
use crate::settings::DjangoVersion;

/// A link that opens a pop-up window: to add a row, or to change, view or delete the chosen one.
#[derive(Debug, Clone)]
pub(in crate::admin) struct RelatedLink {
    /// `add`, `change`, `view` or `delete`.
    pub(in crate::admin) kind: &'static str,
    /// The icon.
    pub(in crate::admin) icon: &'static str,
    /// The URL; empty while nothing is chosen.
    pub(in crate::admin) url: String,
    /// The URL with `__fk__` in place of the chosen row's key.
    pub(in crate::admin) template: String,
    /// The label.
    pub(in crate::admin) label: String,
}

/// The lookup window of a key, and the display names of chosen rows.
#[derive(Debug, Clone)]
pub(in crate::admin) struct RelatedLookup {
    pub(in crate::admin) url: String,
    pub(in crate::admin) label: String,
    /// Display names with the URLs of their forms; an empty URL if a row has no form.
    pub(in crate::admin) chosen: Vec<(String, String)>,
}

/// A control with its links and search.
#[derive(Debug, Clone)]
pub(in crate::admin) struct Widget {
    pub(in crate::admin) control: Control,
    pub(in crate::admin) links: Vec<RelatedLink>,
    pub(in crate::admin) lookup: Option<RelatedLookup>,
    /// The search for browsers without scripts.
    pub(in crate::admin) picker: Option<RowPicker>,
}

impl Widget {
    /// Whether the control offers rows that a search without scripts has found.
    pub(in crate::admin) fn shows_picked_rows(&self) -> bool {
        self.picker.as_ref().is_some_and(RowPicker::has_note)
    }
}

/// Whether the keys of the field are entered directly, separated by commas.
pub(super) fn is_raw(field: ModelField, options: &Options) -> bool {
    options.raw_id_fields.contains(&field.key())
}

/// Returns the control that the author chose for a relation; by default a list, unless there are
/// too many rows.
fn wanted(field: ModelField, options: &Options) -> ControlKind {
    let has = |names: &[&'static str]| names.contains(&field.key());
    let many = matches!(field, ModelField::Many(_));
    if is_raw(field, options) {
        ControlKind::RawId
    } else if has(&options.autocomplete_fields) {
        if many {
            ControlKind::AutocompleteMany
        } else {
            ControlKind::Autocomplete
        }
    } else if has(&options.radio_fields) {
        ControlKind::Radio
    } else if has(&options.filter_horizontal) {
        ControlKind::Filtered("horizontal")
    } else if has(&options.filter_vertical) {
        ControlKind::Filtered("vertical")
    } else if many {
        ControlKind::SelectMany
    } else {
        ControlKind::Select
    }
}

/// Requests the related rows that the field's control will show.
pub(super) fn want(relations: &mut Relations, bound: &BoundField, options: &Options) {
    let Some(target) = &bound.target() else {
        return;
    };
    if let Some(column) = options.formfield(bound.field).group_by {
        relations.want_groups(target, column);
    }
    match wanted(bound.field, options) {
        ControlKind::Select | ControlKind::Radio => relations.want_all(target, MAX_CHOICES),
        ControlKind::SelectMany | ControlKind::Filtered(_) => {
            relations.want_all(target, MAX_MULTIPLE_CHOICES);
        }
        _ => {}
    }
    for key in bound.typed.0.iter().chain(&keys_held(bound)) {
        relations.want(target, key);
    }
}

/// Offers the chosen keys whose rows no longer exist: otherwise a browser would choose another row,
/// and change a field that the user did not touch.
fn offer_lost(control: &mut Control, bound: &BoundField) {
    for value in keys_held(bound)
        .into_iter()
        .filter(|key| bound.typed.0.contains(key))
    {
        if control.choices.iter().all(|choice| choice.value != value) {
            let text = format!("{value} (no longer there)");
            control.choices.push(Choice {
                value,
                text,
                selected: true,
                ..Choice::default()
            });
        }
    }
}

fn keys_held(bound: &BoundField) -> Vec<String> {
    bound
        .initial
        .values()
        .iter()
        .map(ToString::to_string)
        .collect()
}

impl RenderContext<'_> {
    /// Creates the control of `bound`, a field of `form`.
    pub(super) fn widget(self, form: &ModelForm, bound: &BoundField) -> Widget {
        let mut widget = self.unlabelled(form, bound);
        widget
            .control
            .label_blank_choice(self.request.settings.django_version().blank_choice_label());
        widget
    }

    /// Creates the control with the label of the empty choice of Django 5.2.
    fn unlabelled(self, form: &ModelForm, bound: &BoundField) -> Widget {
        let field = bound.field;
        let mut control = Control::new(form, bound, self.options.help_text(field));
        self.overridden(field, &mut control);
        let Some(to) = &bound.target() else {
            self.plain(field, form, &mut control);
            return Widget {
                control,
                links: Vec::new(),
                lookup: None,
                picker: None,
            };
        };
        control.kind = self.affordable(to, wanted(field, self.options));
        let typed = &bound.typed.0;
        control.choices = match control.kind {
            ControlKind::RawId => Vec::new(),
            ControlKind::Autocomplete | ControlKind::AutocompleteMany => self.chosen(to, typed),
            _ => self.offered(to, field, typed),
        };
        if control.kind != ControlKind::RawId {
            offer_lost(&mut control, bound);
        }
        let single = matches!(field, ModelField::Column(_));
        let may_be_none = match control.kind {
            ControlKind::Select => true,
            ControlKind::Autocomplete => !field.required(),
            _ => false,
        };
        if single && may_be_none {
            let none = Choice {
                text: BLANK.to_owned(),
                selected: typed.is_empty(),
                ..Choice::default()
            };
            control.choices.insert(0, none);
        }
        match control.kind {
            ControlKind::RawId => {
                control.value = typed.join(",");
                if !single {
                    control.data.push(("data-many", String::new()));
                }
            }
            ControlKind::Autocomplete | ControlKind::AutocompleteMany => control.data.extend([
                ("data-autocomplete-url", "/admin/autocomplete/".to_owned()),
                ("data-app-label", form.model.app.to_owned()),
                ("data-model-name", form.model.name.clone()),
                ("data-field-name", field.name().to_owned()),
            ]),
            ControlKind::Filtered(direction) => control.data.extend([
                ("data-filter", direction.to_owned()),
                ("data-filter-name", self.options.label(field).to_lowercase()),
            ]),
            _ => {}
        }
        let searched = matches!(
            control.kind,
            ControlKind::Autocomplete | ControlKind::AutocompleteMany | ControlKind::RawId
        );
        let picker = (searched && self.can_search(to.model)).then(|| {
            let chosen = self.chosen(to, typed);
            RowPicker::new(
                &mut control,
                field,
                &self.options.label(field),
                chosen,
                self.picker_result,
            )
        });
        let raw = control.kind == ControlKind::RawId;
        let is_raw = raw || is_raw(field, self.options);
        // The pages of a row are named by its primary key.
        let links = if is_raw || !to.is_by_pk() {
            Vec::new()
        } else {
            self.related_links(form.model, field, to.model, &control)
        };
        let lookup = (raw && to.is_by_pk()).then(|| self.lookup(to, field, typed));
        Widget {
            control,
            links,
            lookup,
            picker,
        }
    }

    /// Applies the admin's options of the field to the control.
    fn overridden(self, field: ModelField, control: &mut Control) {
        let options = self.options.formfield(field);
        if let Some(text) = options
            .placeholder
            .filter(|_| matches!(control.kind, ControlKind::Input(_) | ControlKind::Textarea))
        {
            control.data.push(("placeholder", text.to_owned()));
        }
        if let Some(rows) = options.rows.filter(|_| field.takes_lines()) {
            control.kind = if rows == 1 {
                ControlKind::Input("text")
            } else {
                ControlKind::Textarea
            };
            control.rows = rows;
        }
    }

    fn plain(self, field: ModelField, form: &ModelForm, control: &mut Control) {
        let Some(column) = field.column() else { return };
        if column.has_choices() && self.options.radio_fields.contains(&column.column) {
            control.kind = ControlKind::Radio;
            control
                .choices
                .retain(|choice| !choice.value.is_empty() || column.blank);
            for choice in control
                .choices
                .iter_mut()
                .filter(|choice| choice.value.is_empty())
            {
                "None".clone_into(&mut choice.text);
            }
        }
        if let Some((_, from)) = self
            .options
            .prepopulated_fields
            .iter()
            .find(|(slug, _)| *slug == column.column)
            && self.adding
        {
            let name = |key: &&'static str| {
                let source = ModelField::find(form.model, key).map_or(*key, ModelField::name);
                format!("id_{}", crate::forms::model::prefixed(&form.prefix, source))
            };
            let ids: Vec<String> = from.iter().map(name).collect();
            control.data.push(("data-prepopulate", ids.join(" ")));
            let most = column.max_length().unwrap_or(50);
            control
                .data
                .push(("data-prepopulate-max", most.to_string()));
        }
        if let ControlKind::Input(kind @ ("date" | "time")) = control.kind {
            control.data.push(("data-now", kind.to_owned()));
        }
    }

    /// Returns the control for a table that is too large for a list: a search, or else keys are
    /// entered directly.
    fn affordable(self, to: &RelationTarget, kind: ControlKind) -> ControlKind {
        let list = matches!(
            kind,
            ControlKind::Select
                | ControlKind::Radio
                | ControlKind::SelectMany
                | ControlKind::Filtered(_)
        );
        if !list || self.relations.all(to).is_some() {
            return kind;
        }
        match kind {
            _ if !self.can_search(to.model) => ControlKind::RawId,
            ControlKind::SelectMany | ControlKind::Filtered(_) => ControlKind::AutocompleteMany,
            _ => ControlKind::Autocomplete,
        }
    }

    /// Whether this user can search rows of `to`.
    fn can_search(self, to: &Meta) -> bool {
        searchable(self.request.site, &self.request.actor, to).is_some()
    }

    fn offered(self, to: &RelationTarget, field: ModelField, typed: &[String]) -> Vec<Choice> {
        let all = self.relations.all(to).unwrap_or_default().iter();
        let group_by = self.options.formfield(field).group_by;
        let group = |key: &str| {
            group_by
                .and_then(|column| self.relations.group(to, column, key))
                .unwrap_or_default()
        };
        let choice = |(key, name): &(String, String)| Choice {
            value: key.clone(),
            text: name.clone(),
            selected: typed.iter().any(|chosen| chosen.trim() == key),
            group: group(key).to_owned(),
        };
        all.map(choice).collect()
    }

    fn chosen(self, to: &RelationTarget, typed: &[String]) -> Vec<Choice> {
        let found = typed.iter().filter_map(|key| {
            let text = self.relations.name(to, key)?.to_owned();
            Some(Choice {
                value: key.trim().to_owned(),
                text,
                selected: true,
                ..Choice::default()
            })
        });
        found.collect()
    }

    /// Returns the links beside a field of `model` that refers to rows of `to`.
    fn related_links(
        self,
        model: &Meta,
        field: ModelField,
        to: &'static Meta,
        control: &Control,
    ) -> Vec<RelatedLink> {
        let Some(registered) = self.request.site.registered(to) else {
            return Vec::new();
        };
        let (name, pk) = (&to.verbose_name, to.pk().name);
        let (base, mut query) = (registered.url(), format!("?_to_field={pk}&_popup=1"));
        if self.request.settings.django_version() >= DjangoVersion::V6_1 {
            query.push_str("&_source_model=");
            query.push_str(&model.label());
        }
        // Links to the chosen row follow a single select, as in Django 6.1. No script could update
        // them for radio buttons.
        let single = matches!(
            control.kind,
            ControlKind::Select | ControlKind::Autocomplete
        );
        let cascade = field.column().and_then(|column| column.relation.as_ref());
        let cascade = cascade.is_some_and(|relation| relation.on_delete == OnDelete::Cascade);
        let one = |kind: &'static str, icon, page: &str, verb: &str| {
            let template = format!("{base}__fk__/{page}/{query}");
            let chosen = control
                .choices
                .iter()
                .find(|choice| choice.selected && !choice.value.is_empty());
            let url = chosen
                .map(|choice| template.replace("__fk__", &quote(&choice.value)))
                .unwrap_or_default();
            RelatedLink {
                kind,
                icon,
                url,
                template,
                label: format!("{verb} selected {name}"),
            }
        };
        let may = |action| self.request.actor.may(registered, action, None);
        let mut links = Vec::new();
        if single && may("change") {
            links.push(one("change", "edit", "change", "Change"));
        }
        if may("add") {
            let url = format!("{base}add/{query}");
            let label = format!("Add another {name}");
            links.push(RelatedLink {
                kind: "add",
                icon: "plus",
                url,
                template: String::new(),
                label,
            });
        }
        if single && !cascade && may("delete") {
            links.push(one("delete", "trash", "delete", "Delete"));
        }
        if single && may("view") {
            links.push(one("view", "eye", "change", "View"));
        }
        links
    }

    fn lookup(self, to: &RelationTarget, field: ModelField, typed: &[String]) -> RelatedLookup {
        let registered = self.request.site.registered(to.model);
        let url = registered
            .map(|registered| {
                format!(
                    "{}?_to_field={}&_popup=1",
                    registered.url(),
                    to.model.pk().name
                )
            })
            .unwrap_or_default();
        let chosen = typed.iter().filter_map(|key| {
            let name = self.relations.name(to, key)?.to_owned();
            let url = registered
                .map(|registered| registered.object_url(key.trim(), "change"))
                .unwrap_or_default();
            Some((name, url))
        });
        RelatedLookup {
            url,
            label: format!("Look up {}", self.options.label(field).to_lowercase()),
            chosen: chosen.collect(),
        }
    }
}
