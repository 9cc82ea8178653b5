//! A form for the template.

use super::context::RenderContext;
use super::layout::{Layout, LayoutItem, head};
use super::readonly::Shown;
use super::widgets::Widget;
use crate::admin::options::{Cell, ListColumn};
use crate::db::Value;
use crate::forms::model::{
    BoundField, Cleaned, Control, ControlKind, ModelField, ModelForm, texts,
};
use crate::models::{DisplayShape, file_url};

/// The current file of a field.
#[derive(Debug, Clone)]
pub(in crate::admin) struct FileNow {
    pub(in crate::admin) path: String,
    pub(in crate::admin) url: String,
    pub(in crate::admin) is_image: bool,
    /// Whether the file can be removed.
    pub(in crate::admin) may_clear: bool,
    /// Whether the box that removes the file is ticked.
    pub(in crate::admin) cleared: bool,
}

/// The value that somebody else has saved meanwhile: for people, and for the control.
#[derive(Debug, Clone)]
pub(in crate::admin) struct Theirs {
    pub(in crate::admin) mine: String,
    pub(in crate::admin) text: String,
    pub(in crate::admin) value: String,
}

/// A field for the template.
#[derive(Debug, Clone)]
pub(in crate::admin) struct ShownField {
    /// `items-0-quantity`
    pub(in crate::admin) name: String,
    pub(in crate::admin) label: String,
    pub(in crate::admin) help: &'static str,
    pub(in crate::admin) errors: Vec<String>,
    /// The content of the column, if it cannot be read.
    pub(in crate::admin) note: Option<String>,
    /// The widget, if the field is editable.
    pub(in crate::admin) widget: Option<Widget>,
    /// The value, if the field is read-only.
    pub(in crate::admin) shown: Option<Shown>,
    pub(in crate::admin) file: Option<FileNow>,
    pub(in crate::admin) theirs: Option<Theirs>,
}

impl ShownField {
    /// Returns the `id` of the control.
    pub(in crate::admin) fn id(&self) -> String {
        format!("id_{}", self.name)
    }

    /// Returns the id that a link in the error summary refers to.
    pub(in crate::admin) fn target(&self) -> String {
        let suffix = match self.widget.as_ref().map(|widget| widget.control.kind) {
            Some(
                ControlKind::Split | ControlKind::Ends(_) | ControlKind::Radio | ControlKind::Boxes,
            ) => "_0",
            _ => "",
        };
        format!("{}{suffix}", self.id())
    }

    /// Returns the control, if it is a single one that accepts input directly.
    pub(super) fn control_mut(&mut self) -> Option<&mut Control> {
        use ControlKind::{Autocomplete, Input, RawId, Select, Textarea};
        let control = &mut self.widget.as_mut()?.control;
        matches!(
            control.kind,
            Input(_) | Textarea | Select | Autocomplete | RawId
        )
        .then_some(control)
    }

    /// Whether the field has several controls.
    pub(in crate::admin) fn is_group(&self) -> bool {
        !self.target().ends_with(&self.name)
    }

    /// Whether the field is required.
    pub(in crate::admin) fn required(&self) -> bool {
        self.widget
            .as_ref()
            .is_some_and(|widget| widget.control.required)
    }

    /// Whether the control is of this kind.
    pub(in crate::admin) fn is(&self, kind: ControlKind) -> bool {
        self.widget
            .as_ref()
            .is_some_and(|widget| widget.control.kind == kind)
    }
}

/// A fieldset.
#[derive(Debug, Clone)]
pub(in crate::admin) struct ShownFieldset {
    pub(in crate::admin) title: &'static str,
    pub(in crate::admin) description: &'static str,
    pub(in crate::admin) collapsed: bool,
    pub(in crate::admin) lines: Vec<Vec<ShownField>>,
}

impl ShownFieldset {
    /// Whether the fieldset has errors.
    pub(in crate::admin) fn is_wrong(&self) -> bool {
        self.lines
            .iter()
            .flatten()
            .any(|field| !field.errors.is_empty() || field.theirs.is_some())
    }
}

impl RenderContext<'_> {
    /// Returns the fieldsets of a form.
    pub(super) fn groups(self, layout: &Layout, form: &ModelForm) -> Vec<ShownFieldset> {
        let group = |group: &super::layout::LayoutFieldset| ShownFieldset {
            title: group.title,
            description: group.description,
            collapsed: group.collapsed,
            lines: group
                .lines
                .iter()
                .map(|line| line.iter().map(|item| self.field(form, *item)).collect())
                .collect(),
        };
        layout.groups.iter().map(group).collect()
    }

    /// Returns a position of a form.
    pub(super) fn field(self, form: &ModelForm, item: LayoutItem) -> ShownField {
        match item {
            LayoutItem::Edit(field) => match form.field(field.name()) {
                Some(bound) => self.edited(form, bound),
                None => self.shown(form, field),
            },
            LayoutItem::Show(field) => self.shown(form, field),
            LayoutItem::Computed(at) => {
                let column = self.options.readonly_computed.get(at);
                let name = match column {
                    Some(ListColumn::Computed { name, .. } | ListColumn::Loaded { name, .. }) => {
                        (*name).to_owned()
                    }
                    _ => String::new(),
                };
                let nothing = Cell::Text(String::new());
                let shown = self.computed_value(self.computed.get(at).unwrap_or(&nothing));
                ShownField {
                    shown: Some(shown),
                    ..plain(name, column.map(head).unwrap_or_default())
                }
            }
        }
    }

    fn shown(self, form: &ModelForm, field: ModelField) -> ShownField {
        let null = Value::Null(crate::db::Kind::Text);
        let value = field
            .column()
            .map_or(&null, |column| form.record.value(column));
        let linked = self.linked.iter().find(|(name, _)| *name == field.name());
        let shown = self.readonly_value(field, value, linked.map_or(&[], |(_, keys)| keys));
        ShownField {
            shown: Some(shown),
            help: self.options.help_text(field),
            ..plain(form.name_of(field), self.options.label(field))
        }
    }

    fn edited(self, form: &ModelForm, bound: &BoundField) -> ShownField {
        let field = bound.field;
        let column = field.column();
        let is_image = column.is_some_and(|column| column.kind.shape() == DisplayShape::Picture);
        let path = bound
            .initial
            .one()
            .and_then(Value::as_str)
            .unwrap_or_default();
        let file = (field.is_file() && !path.is_empty()).then(|| FileNow {
            path: path.to_owned(),
            url: file_url(path),
            is_image,
            may_clear: !field.required(),
            cleared: bound.value().one().and_then(Value::as_str) == Some(""),
        });
        let theirs = bound.conflict.then(|| Theirs {
            mine: bound
                .cleaned
                .as_ref()
                .map_or_else(|| bound.typed.0.join(" "), |mine| self.text(field, mine)),
            text: self.text(field, &bound.initial),
            value: texts(field, &bound.initial, self.request.zone())
                .first()
                .to_owned(),
        });
        ShownField {
            help: self.options.help_text(field),
            errors: bound.errors.clone(),
            note: bound.note(),
            widget: Some(self.widget(form, bound)),
            file,
            theirs,
            ..plain(form.name_of(field), self.options.label(field))
        }
    }

    /// Returns a value as text for people.
    pub(super) fn text(self, field: ModelField, value: &Cleaned) -> String {
        let null = Value::Null(crate::db::Kind::Text);
        match self.readonly_value(field, value.one().unwrap_or(&null), value.values()) {
            Shown::Lines(lines) => lines.join("\n"),
            Shown::Boolean(answer) => match answer {
                Some(true) => "Yes",
                Some(false) => "No",
                None => "Unknown",
            }
            .to_owned(),
            Shown::Unreadable(text) | Shown::Time(_, text) => text,
            Shown::TextAndLink(text, link, _) => format!("{text} {link}"),
            Shown::Links(links) => links
                .into_iter()
                .map(|(name, _)| name)
                .collect::<Vec<_>>()
                .join(", "),
        }
    }
}

fn plain(name: String, label: String) -> ShownField {
    ShownField {
        name,
        label,
        help: "",
        errors: Vec::new(),
        note: None,
        widget: None,
        shown: None,
        file: None,
        theirs: None,
    }
}
