//! The kinds of controls, and the common parts of their HTML.

/// The kind of a field's control. `templates/forms/_control.html` renders controls in forms, and
/// the admin's list renders controls in its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ControlKind {
    /// An `input` of this type; [`InputDescription`] has the other attributes.
    Input(&'static str),
    /// A text area.
    Textarea,
    /// A text area for JSON.
    Json,
    /// A check box.
    Checkbox,
    /// A select with one value.
    Select,
    /// Radio buttons.
    Radio,
    /// A check box for each value.
    Boxes,
    /// A date input and a time input.
    Split,
    /// Two inputs of this type for the ends of a range.
    Ends(&'static str),
    /// A select with several values.
    SelectMany,
    /// Two lists for several values: `horizontal` or `vertical`.
    Filtered(&'static str),
    /// A choice that is searched while the user types; contains only the chosen value.
    Autocomplete,
    /// Like `Autocomplete`, for several values.
    AutocompleteMany,
    /// A primary key, or several separated by commas.
    RawId,
    /// A file or an image.
    File,
}

impl ControlKind {
    /// Whether the control is a file input, whose stored file is not sent again.
    pub fn is_file(self) -> bool {
        self == Self::File
    }
}

/// The HTML attributes of an `input`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InputDescription {
    /// The attribute `type`.
    pub type_name: &'static str,
    /// The attribute `inputmode`, which selects the keyboard of a phone.
    pub input_mode: Option<&'static str>,
    /// Whether the value is text, which may be right-to-left.
    pub has_direction: bool,
    /// The attribute `step`.
    pub step: Option<&'static str>,
}

impl InputDescription {
    /// Returns the description for an HTML type, or for `decimal`: numbers that an input of type
    /// `number` would change.
    pub fn new(kind: &'static str) -> Self {
        Self {
            type_name: if kind == "decimal" { "text" } else { kind },
            input_mode: (kind == "decimal").then_some("decimal"),
            has_direction: matches!(kind, "text" | "email" | "url" | "search" | "tel"),
            step: (kind == "time").then_some("1"),
        }
    }
}

/// The text in a control.
#[derive(Debug, Clone, Copy)]
pub struct ControlContent<'a> {
    /// The text.
    pub text: &'a str,
    /// Whether the control must be able to show any text, because the field has an error.
    pub is_plain: bool,
}

impl ControlContent<'_> {
    /// Returns an input of the HTML type `kind`, or a text input if `kind` would drop or change the
    /// text.
    pub fn input(self, kind: &'static str) -> ControlKind {
        ControlKind::Input(if self.is_plain && !self.text.is_empty() {
            "text"
        } else {
            input_type(kind, self.text)
        })
    }
}

/// Returns the type of an input for `text`: `kind`, unless a browser would drop or change the text.
pub fn input_type(kind: &'static str, text: &str) -> &'static str {
    let is_digit = |at: usize| text.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
    let shows = match kind {
        "date" => {
            text.len() == 10
                && is_digit(0)
                && text.parse::<chrono::NaiveDate>().is_ok()
                && !text.starts_with("0000")
        }
        "time" => is_digit(0) && text.parse::<chrono::NaiveTime>().is_ok(),
        "number" => {
            text.bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'-')
                && text.parse::<f64>().is_ok()
        }
        "email" | "url" => text.trim() == text,
        _ => true,
    };
    if shows || text.is_empty() {
        kind
    } else {
        "text"
    }
}

/// Whether the text has several lines, which a single-line input would join.
pub fn has_lines(text: &str) -> bool {
    text.contains(['\n', '\r'])
}
