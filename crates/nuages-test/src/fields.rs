//! The controls of a form: their names, values and choices.

use crate::html::Element;

/// A control of a form, or a group of check boxes or radio buttons with one name.
#[derive(Debug, Clone)]
pub(crate) struct Control {
    pub(crate) name: String,
    pub(crate) kind: ControlKind,
}

#[derive(Debug, Clone)]
pub(crate) enum ControlKind {
    /// A text, a number, a date, a hidden value …
    Text(String),
    /// A check box or a radio button.
    Choice { option: Choice, is_radio: bool },
    /// A list to choose from.
    Select {
        options: Vec<Choice>,
        is_multiple: bool,
    },
    /// Files to upload.
    File(Vec<Upload>),
}

/// An option with a value and a label.
#[derive(Debug, Clone)]
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) label: String,
    pub(crate) is_chosen: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct Upload {
    pub(crate) file_name: String,
    pub(crate) content: Vec<u8>,
}

/// A button that submits a form.
#[derive(Debug, Clone)]
pub(crate) struct Button {
    pub(crate) name: String,
    pub(crate) value: String,
    pub(crate) text: String,
    /// `formaction`: the URL that this button sends the form to.
    pub(crate) action: Option<String>,
    /// `formmethod`
    pub(crate) method: Option<String>,
}

impl Button {
    /// Returns the button of `element`, if it submits its form.
    pub(crate) fn of(element: &Element) -> Option<Self> {
        let kind = element.attribute("type").unwrap_or_default().to_lowercase();
        let submits = match element.name() {
            "button" => !matches!(&*kind, "button" | "reset"),
            "input" => matches!(&*kind, "submit" | "image"),
            _ => false,
        };
        if !submits {
            return None;
        }
        let value = element.attribute("value").unwrap_or_default();
        let text = element.words();
        Some(Self {
            name: element.attribute("name").unwrap_or_default(),
            text: if text.is_empty() { value.clone() } else { text },
            value,
            action: element.attribute("formaction"),
            method: element.attribute("formmethod"),
        })
    }

    /// Whether `text` names this button: its name, `name=value`, or its text.
    pub(crate) fn is_called(&self, text: &str) -> bool {
        self.name == text || self.text == text || format!("{}={}", self.name, self.value) == text
    }
}

impl Control {
    /// Returns the control of `element`, if it has a name and a value to send.
    pub(crate) fn of(element: &Element) -> Option<Self> {
        let name = element.attribute("name").filter(|name| !name.is_empty())?;
        let kind = match element.name() {
            "input" => Self::input(element)?,
            "textarea" => ControlKind::Text(textarea(&element.raw_text())),
            "select" => Self::select(element),
            _ => return None,
        };
        Some(Self { name, kind })
    }

    fn input(element: &Element) -> Option<ControlKind> {
        let kind = element.attribute("type").unwrap_or_default().to_lowercase();
        let value = element.attribute("value");
        Some(match &*kind {
            "submit" | "image" | "button" | "reset" => return None,
            "file" => ControlKind::File(Vec::new()),
            "checkbox" | "radio" => ControlKind::Choice {
                option: Choice {
                    value: value.unwrap_or_else(|| "on".to_owned()),
                    label: element
                        .parent()
                        .map(|around| around.words())
                        .unwrap_or_default(),
                    is_chosen: element.has("checked"),
                },
                is_radio: kind == "radio",
            },
            _ => ControlKind::Text(value.unwrap_or_default()),
        })
    }

    fn select(element: &Element) -> ControlKind {
        let is_multiple = element.has("multiple");
        let options = element.select("option");
        let options = options.iter().filter(|option| !option.has("disabled"));
        let mut options: Vec<Choice> = options
            .map(|option| Choice {
                value: option.attribute("value").unwrap_or_else(|| option.words()),
                label: option.words(),
                is_chosen: option.has("selected"),
            })
            .collect();
        // A browser shows the first option of a single list, and sends it.
        if !is_multiple
            && options.iter().all(|option| !option.is_chosen)
            && let Some(first) = options.first_mut()
        {
            first.is_chosen = true;
        }
        ControlKind::Select {
            options,
            is_multiple,
        }
    }

    /// Returns the values that the form sends for this control.
    pub(crate) fn values(&self) -> Vec<String> {
        match &self.kind {
            ControlKind::Text(text) => vec![text.clone()],
            ControlKind::Choice { option, .. } => chosen(std::slice::from_ref(option)),
            ControlKind::Select { options, .. } => chosen(options),
            ControlKind::File(_) => Vec::new(),
        }
    }

    /// Returns the values that can be chosen; `None` if any text can be entered.
    pub(crate) fn options(&self) -> Option<Vec<&Choice>> {
        match &self.kind {
            ControlKind::Choice { option, .. } => Some(vec![option]),
            ControlKind::Select { options, .. } => Some(options.iter().collect()),
            ControlKind::Text(_) | ControlKind::File(_) => None,
        }
    }
}

fn chosen(options: &[Choice]) -> Vec<String> {
    let chosen = options.iter().filter(|option| option.is_chosen);
    chosen.map(|option| option.value.clone()).collect()
}

/// Returns the text of a text area as a browser sends it: without the first line break of the
/// element (the parser has removed it), and with CRLF.
fn textarea(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\n', "\r\n")
}
