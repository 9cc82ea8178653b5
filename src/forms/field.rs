//! A field of a form.

use crate::python::strip;
use crate::words::counted;

/// The widget of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Widget {
    /// A single-line text input.
    Text,
    /// An e-mail address.
    Email,
    /// A password input, whose value is never sent back.
    Password,
    /// An input for digits.
    Code,
}

impl Widget {
    /// Returns the `type` of the input.
    pub fn input_type(self) -> &'static str {
        match self {
            Self::Text | Self::Code => "text",
            Self::Email => "email",
            Self::Password => "password",
        }
    }
}

/// A field with its value and its errors.
#[derive(Debug, Clone)]
pub struct Field {
    /// The name in the submitted data.
    pub name: &'static str,
    /// The label.
    pub label: &'static str,
    /// The widget.
    pub widget: Widget,
    /// Whether the field must not be empty.
    pub required: bool,
    /// The maximum number of characters.
    pub max_length: Option<usize>,
    /// The `autocomplete` token of the HTML standard, or "".
    pub autocomplete: &'static str,
    /// Help texts below the field.
    pub help: Vec<String>,
    /// The submitted value, or the initial one.
    pub value: String,
    /// The errors of the value.
    pub errors: Vec<String>,
}

impl Field {
    /// Creates a required text field.
    pub fn new(name: &'static str, label: &'static str) -> Self {
        Self {
            name,
            label,
            widget: Widget::Text,
            required: true,
            max_length: None,
            autocomplete: "",
            help: Vec::new(),
            value: String::new(),
            errors: Vec::new(),
        }
    }

    /// Creates a required password field.
    pub fn password(name: &'static str, label: &'static str, autocomplete: &'static str) -> Self {
        Self {
            widget: Widget::Password,
            autocomplete,
            max_length: Some(4096),
            ..Self::new(name, label)
        }
    }

    /// Creates a required field for a code of digits.
    pub fn code(name: &'static str, label: &'static str) -> Self {
        Self {
            widget: Widget::Code,
            autocomplete: "one-time-code",
            max_length: Some(32),
            ..Self::new(name, label)
        }
    }

    /// Creates a required field for an e-mail address.
    pub fn email(name: &'static str, label: &'static str) -> Self {
        Self {
            widget: Widget::Email,
            autocomplete: "email",
            max_length: Some(254),
            ..Self::new(name, label)
        }
    }

    /// Makes the field optional.
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.required = false;
        self
    }

    /// Sets the maximum number of characters.
    #[must_use]
    pub fn max_length(mut self, length: usize) -> Self {
        self.max_length = Some(length);
        self
    }

    /// Sets the `autocomplete` token.
    #[must_use]
    pub fn autocomplete(mut self, token: &'static str) -> Self {
        self.autocomplete = token;
        self
    }

    /// Sets the help texts.
    #[must_use]
    pub fn help(mut self, hints: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.help = hints.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the initial value.
    #[must_use]
    pub fn initial(mut self, value: impl Into<String>) -> Self {
        self.value = value.into();
        self
    }

    /// Returns the `id` of the input: `id_username`.
    pub fn id(&self) -> String {
        format!("id_{}", self.name)
    }

    /// Returns the ids of the elements that describe the input: its help texts and its errors.
    pub fn described_by(&self) -> String {
        let id = self.id();
        let help = (!self.help.is_empty()).then(|| format!("{id}_helptext"));
        let errors = (!self.errors.is_empty()).then(|| format!("{id}_error"));
        help.into_iter().chain(errors).collect::<Vec<_>>().join(" ")
    }

    /// Returns the value of the input; "" for a password.
    pub fn shown(&self) -> &str {
        if self.widget == Widget::Password {
            ""
        } else {
            &self.value
        }
    }

    /// Sets and validates the submitted value.
    pub(super) fn bind(&mut self, sent: &str) {
        // White space around a password belongs to it.
        self.value = if self.widget == Widget::Password {
            sent.to_owned()
        } else {
            strip(sent).to_owned()
        };
        self.errors.clear();
        let length = self.value.chars().count();
        if self.value.contains('\0') {
            self.errors
                .push("Null characters are not allowed.".to_owned());
        } else if self.value.is_empty() {
            if self.required {
                self.errors.push("This field is required.".to_owned());
            }
        } else if let Some(most) = self.max_length.filter(|most| length > *most) {
            self.errors.push(format!(
                "Ensure this value has at most {} (it has {length}).",
                counted(most, "character", "characters")
            ));
        } else if self.widget == Widget::Email && !is_email(&self.value) {
            self.errors.push("Enter a valid email address.".to_owned());
        }
    }
}

/// Whether the text is a valid mail address by Django's rules, without the rarely used quoted
/// names.
pub fn is_email(text: &str) -> bool {
    let Some((name, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let atom = |atom: &str| {
        !atom.is_empty()
            && atom
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "!#$%&'*+/=?^_`{}|~-".contains(c))
    };
    text.chars().count() <= 320
        && name.split('.').all(atom)
        && (domain == "localhost" || is_domain(domain))
}

/// Whether the text is a valid domain of a mail address: `example.org`, or an address in brackets.
fn is_domain(domain: &str) -> bool {
    if let Some(address) = domain
        .strip_prefix('[')
        .and_then(|domain| domain.strip_suffix(']'))
    {
        return address.parse::<std::net::IpAddr>().is_ok();
    }
    let letter = |c: char| c.is_ascii_alphabetic() || ('\u{a1}'..='\u{ffff}').contains(&c);
    let label = |label: &str| {
        matches!(label.chars().count(), 1..=63)
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .chars()
                .all(|c| letter(c) || c.is_ascii_digit() || c == '-')
    };
    // A top-level domain has no digits, unless it is an internationalized name in ASCII form.
    let top = |last: &str| {
        last.chars().count() > 1
            && (last.to_ascii_lowercase().starts_with("xn--")
                || !last.contains(|c: char| c.is_ascii_digit()))
    };
    domain.rsplit_once('.').is_some_and(|(_, last)| top(last)) && domain.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::is_email;

    #[test]
    fn addresses_have_the_usual_shape() {
        for good in [
            "a@b.cd",
            "a.b+c@d-e.example",
            "x@localhost",
            "é@b.cd".replace('é', "e").as_str(),
            "a@bücher.example",
            "a@[127.0.0.1]",
            "a@[::1]",
            "a@example.xn--p1ai",
            "a@1.c-d",
        ] {
            assert!(is_email(good), "{good}");
        }
        for bad in [
            "",
            "a",
            "a@",
            "@b.cd",
            "a@b",
            "a b@c.de",
            "a@b..cd",
            "a@-b.cd",
            "a@b.c",
            "a@b.11",
            "a@b.c1",
            "a@b.cd.",
            "a..b@c.de",
            "a@\u{10400}.cd",
            "a@[127.0.0.256]",
            ".a@b.cd",
            "a\r\nBcc: x@b.cd",
        ] {
            assert!(!is_email(bad), "{bad}");
        }
    }
}
