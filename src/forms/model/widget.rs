//! The controls of a field's value, for a template.

use std::borrow::Cow;

use super::{BoundField, ModelField, ModelForm};
use crate::db::Value;
use crate::forms::fields::{ControlContent, ControlKind, form_field_type, input_type};
use crate::forms::uploads::Upload;
use crate::models::{Field, file_size};

/// The largest number of rows that can be chosen in a field with search. A field that has more
/// already may keep them.
pub(super) const MOST_CHOSEN: usize = 10_000;

/// The label of the empty choice, as in Django 5.2.
pub(crate) const BLANK: &str = "---------";

/// A choice.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    /// The submitted value.
    pub value: String,
    /// The label.
    pub text: String,
    /// Whether it is chosen.
    pub selected: bool,
    /// The label of the group; "" outside of any group.
    pub group: String,
}

/// A chosen file in a form that has an error in another field. Its reference is sent again in the
/// hidden input `NAME-kept`; the box `NAME-kept-remove` removes the file.
#[derive(Debug, Clone)]
pub struct ChosenFile {
    /// The name of the file.
    pub name: String,
    /// The size for people.
    pub size: String,
    /// The value of the hidden input; "" if the file could not be kept and must be chosen again.
    pub reference: String,
    /// Whether the file is a picture that can be shown.
    pub is_picture: bool,
}

impl ChosenFile {
    fn new(upload: &Upload, control: &str) -> Self {
        let kept = upload.keep(control);
        Self {
            name: upload.name().to_owned(),
            size: kept
                .as_ref()
                .map(|kept| file_size(kept.size))
                .unwrap_or_default(),
            is_picture: upload.is_picture(),
            reference: kept.map(|kept| kept.reference).unwrap_or_default(),
        }
    }

    /// Returns the URL of the picture, for the user who chose it.
    pub fn url(&self) -> String {
        format!("/uploads/{}/", self.reference)
    }
}

/// The controls of a field.
#[derive(Debug, Clone)]
pub struct Control {
    /// The kind of control.
    pub kind: ControlKind,
    /// The name in the submitted data: `items-0-quantity`.
    pub name: String,
    /// The value.
    pub value: String,
    /// The value of the second control, if there are two.
    pub second: String,
    /// The choices.
    pub choices: Vec<Choice>,
    /// Whether the field is required.
    pub required: bool,
    /// The maximum number of characters.
    pub max_length: Option<usize>,
    /// The smallest number.
    pub min: String,
    /// Number of visible lines of a text.
    pub rows: u8,
    /// Whether the value has errors.
    pub invalid: bool,
    /// Whether a date and time are shown in text inputs, because inputs of their type would drop an
    /// invalid value.
    pub is_plain: bool,
    /// Ids of the elements that describe the control.
    pub described_by: String,
    /// The accessible name, if there is no label.
    pub aria_label: String,
    /// The index of the choice that has the focus when the page is opened.
    pub focus: Option<usize>,
    /// The `accept` attribute of a file field.
    pub accept: String,
    /// The kinds of files that a file field accepts, for people.
    pub hint: String,
    /// A chosen file that is not saved yet.
    pub chosen: Option<ChosenFile>,
    /// Additional attributes.
    pub data: Vec<(&'static str, String)>,
}

impl Control {
    /// Creates a control without a value.
    fn empty(kind: ControlKind, name: String) -> Self {
        Self {
            kind,
            name,
            value: String::new(),
            second: String::new(),
            choices: Vec::new(),
            required: false,
            max_length: None,
            min: String::new(),
            rows: 6,
            invalid: false,
            is_plain: false,
            described_by: String::new(),
            aria_label: String::new(),
            focus: None,
            accept: String::new(),
            hint: String::new(),
            chosen: None,
            data: Vec::new(),
        }
    }

    /// Creates a check box that belongs to no field.
    pub(crate) fn checkbox(name: String, is_ticked: bool) -> Self {
        let value = if is_ticked { "on" } else { "" };
        Self {
            value: value.to_owned(),
            ..Self::empty(ControlKind::Checkbox, name)
        }
    }

    /// Creates the controls for the kind of a field of `form`; `help` describes them. Relations
    /// have no choices yet.
    pub fn new(form: &ModelForm, bound: &BoundField, help: &str) -> Self {
        let field = bound.field;
        let (kind, min) = match field {
            ModelField::Column(column) => kind_of(column, bound),
            ModelField::Many(_) => (ControlKind::SelectMany, String::new()),
        };
        let mut control = Self {
            value: bound.typed.first().to_owned(),
            second: bound.typed.second().to_owned(),
            required: field.required(),
            max_length: field
                .column()
                .filter(|column| !column.is_file())
                .and_then(Field::max_length),
            min,
            invalid: !bound.errors.is_empty(),
            is_plain: (bound.needs_plain_control() && !bound.typed.is_empty())
                || input_type("date", bound.typed.first()) == "text"
                || input_type("time", bound.typed.second()) == "text",
            ..Self::empty(kind, form.name_of(field))
        };
        if let ModelField::Column(column) = field {
            control.choices = choices(column, &control.value);
            control.offer_held(column, bound);
        }
        if !help.is_empty() {
            control.describe("helptext");
        }
        if let Some(column) = field.column().filter(|column| column.is_file()) {
            control.accept = column.file_kinds.accept();
            control.hint = column.file_hint();
            control.describe("hint");
            let upload = bound.upload.as_ref().filter(|_| bound.errors.is_empty());
            control.chosen = upload.map(|upload| ChosenFile::new(upload, &control.name));
        }
        if control.invalid {
            control.describe("error");
        }
        if bound.note().is_some() {
            control.describe("note");
        }
        control
    }

    /// Adds the stored value to the choices if it is not among them. Otherwise a browser would
    /// choose the first one, and change a field that the user did not touch.
    fn offer_held(&mut self, column: &Field, bound: &BoundField) {
        // A nullable boolean has its own choices, and SQLite may hold another value.
        let offers = |held: &&Value| {
            column.has_choices() || (held.unreadable().is_some() && !self.choices.is_empty())
        };
        let Some(held) = bound.initial.one().filter(offers).map(Value::text) else {
            return;
        };
        if self.choices.iter().all(|choice| choice.value != held) {
            let text = if held.is_empty() {
                BLANK.to_owned()
            } else {
                held.clone()
            };
            let choice = Choice {
                selected: held == self.value,
                value: held,
                text,
                ..Choice::default()
            };
            self.choices.insert(0, choice);
        }
    }

    /// Sets the label of the empty choice, which differs between versions of Django: see
    /// [`DjangoVersion::blank_choice_label`](crate::settings::DjangoVersion::blank_choice_label).
    pub fn label_blank_choice(&mut self, label: &str) {
        let blank = |choice: &&mut Choice| choice.value.is_empty() && choice.text == BLANK;
        for choice in self.choices.iter_mut().filter(blank) {
            label.clone_into(&mut choice.text);
        }
    }

    /// Returns the largest number of fields that a browser sends for the control. Scripts and
    /// pop-up windows add choices to a field with search, up to `MOST_CHOSEN`.
    pub fn fields(&self) -> usize {
        match self.kind {
            ControlKind::AutocompleteMany => self.choices.len().max(MOST_CHOSEN),
            ControlKind::SelectMany | ControlKind::Filtered(_) | ControlKind::Boxes => {
                self.choices.len()
            }
            ControlKind::Split | ControlKind::Ends(_) | ControlKind::File => 2,
            _ => 1,
        }
    }

    /// Returns the choices by group, in the order in which the groups first occur. Choices outside
    /// of any group have the label "".
    pub fn groups(&self) -> Vec<(&str, Vec<&Choice>)> {
        let mut groups: Vec<(&str, Vec<&Choice>)> = Vec::new();
        for choice in &self.choices {
            match groups.iter_mut().find(|(label, _)| *label == choice.group) {
                Some((_, choices)) => choices.push(choice),
                None => groups.push((&choice.group, vec![choice])),
            }
        }
        groups
    }

    /// Whether a script replaces the select with several values.
    pub fn is_list_of_many(&self) -> bool {
        matches!(
            self.kind,
            ControlKind::Filtered(_) | ControlKind::AutocompleteMany
        )
    }

    /// Gives the control the focus when the page is opened.
    pub fn autofocus(&mut self) {
        self.data.push(("autofocus", String::new()));
    }

    /// Returns the `id`.
    pub fn id(&self) -> String {
        format!("id_{}", self.name)
    }

    /// Adds the id of a describing element.
    pub fn describe(&mut self, what: &str) {
        if !self.described_by.is_empty() {
            self.described_by.push(' ');
        }
        let id = format!("id_{}_{what}", self.name);
        self.described_by.push_str(&id);
    }

    /// Whether the check box is ticked: for the texts for which Django's check box is.
    pub fn is_ticked(&self) -> bool {
        !matches!(self.value.to_lowercase().as_str(), "" | "false")
    }

    /// Returns the width of an input.
    pub fn size(&self) -> usize {
        match (self.kind, self.max_length) {
            (ControlKind::Input(_), Some(most)) => most.clamp(4, 50),
            (ControlKind::Input("text"), None) if self.rows == 1 => 50,
            (ControlKind::Input(_), None) => 12,
            _ => 10,
        }
    }
}

/// Returns the kind of the column's control, and its attribute `min`.
fn kind_of(column: &Field, bound: &BoundField) -> (ControlKind, String) {
    if column.has_choices() {
        return (ControlKind::Select, String::new());
    }

    let field_type = form_field_type(column.kind);
    let content = ControlContent {
        text: bound.typed.first(),
        is_plain: bound.needs_plain_control(),
    };
    let kind = field_type.control(column, content);
    (kind, field_type.least(column, kind).unwrap_or_default())
}

fn choices(column: &Field, value: &str) -> Vec<Choice> {
    let choice = |(key, text): (Cow<'static, str>, Cow<'static, str>)| Choice {
        selected: key == value,
        value: key.into_owned(),
        text: text.into_owned(),
        ..Choice::default()
    };
    if !column.has_choices() {
        let own = form_field_type(column.kind).choices(column);
        return own.into_iter().map(choice).collect();
    }

    // A field with a default always has a choice.
    let none = (column.blank || column.default.is_none()).then_some(("".into(), BLANK.into()));
    none.into_iter()
        .chain(column.all_choices())
        .map(choice)
        .collect()
}
