//! The kinds of controls, and what their HTML has in common wherever it is written.

/// What kind of control a field has. `templates/admin/_control.html` writes them in forms, and the admin's list writes those
/// that are edited there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ControlKind {
    /// An `input` of this type; [`InputDescription`] says more.
    Input(&'static str),
    /// Several lines.
    Textarea,
    /// JSON in several lines.
    Json,
    /// A box to tick.
    Checkbox,
    /// One of several.
    Select,
    /// One of several, each with a button.
    Radio,
    /// Many of several, each with a box.
    Boxes,
    /// A date and a time.
    Split,
    /// Many of several.
    SelectMany,
    /// Many of several, in two lists: `horizontal` or `vertical`.
    Filtered(&'static str),
    /// Searched as one types; holds what is chosen only.
    Autocomplete,
    /// The same for many.
    AutocompleteMany,
    /// A primary key, or several with commas.
    RawId,
    /// A file, or an image.
    File,
}

impl ControlKind {
    /// Whether it takes a file: what is there already is not sent again.
    pub fn is_file(self) -> bool {
        self == Self::File
    }
}

/// How an `input` is written in HTML.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InputDescription {
    /// The attribute `type`.
    pub type_name: &'static str,
    /// The attribute `inputmode`: the keyboard of a telephone.
    pub input_mode: Option<&'static str>,
    /// Whether it holds words, which may run from right to left.
    pub has_direction: bool,
    /// The attribute `step`.
    pub step: Option<&'static str>,
}

impl InputDescription {
    /// The `input` of this kind: an HTML type, or `decimal` for numbers that an input of type `number` would change.
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
    /// Whether the control must be able to show any text: something is wrong with the field.
    pub is_plain: bool,
}

impl ControlContent<'_> {
    /// An input of the HTML type `kind`, or a plain one if it would drop or change the text.
    pub fn input(self, kind: &'static str) -> ControlKind {
        ControlKind::Input(if self.is_plain {
            "text"
        } else {
            input_type(kind, self.text)
        })
    }
}

/// The type of an input that shows `text`: `kind`, unless a browser would drop or change a text that such an input cannot
/// show.
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

/// Whether a text has several lines, which an input would join.
pub fn has_lines(text: &str) -> bool {
    text.contains(['\n', '\r'])
}
