//! A form of a page: the data that a browser would send, and changes that a visitor makes.

use super::html::{Tag, tags};

/// A form with its values.
#[derive(Debug, Clone, Default)]
pub(crate) struct Form {
    /// The URL that the form is sent to.
    pub(crate) action: String,
    pub(super) is_get: bool,
    pub(super) is_multipart: bool,
    /// All field names, in order; a box that is not ticked has no value.
    fields: Vec<(String, Option<String>)>,
    buttons: Vec<(String, String)>,
    files: Vec<File>,
}

#[derive(Debug, Clone)]
struct File {
    field: String,
    name: String,
    kind: String,
    content: Vec<u8>,
}

const BOUNDARY: &str = "----nuages-of-paper";

impl Form {
    /// Returns every form of the page at `path`.
    pub(super) fn all(html: &str, path: &str) -> Vec<Self> {
        let mut forms = Vec::new();
        let mut open: Option<Self> = None;
        let mut select: Option<Select> = None;
        for tag in tags(html) {
            match tag.name.as_str() {
                "form" => open = Some(Self::open(&tag, path)),
                "/form" => forms.extend(open.take()),
                "select" => select = Some(Select::open(&tag)),
                "option" => {
                    if let Some(select) = &mut select {
                        select.options.push((
                            tag.get("value").unwrap_or(tag.text.clone()),
                            tag.has("selected"),
                        ));
                    }
                }
                "/select" => {
                    if let (Some(form), Some(select)) = (&mut open, select.take()) {
                        form.fields.extend(select.fields());
                    }
                }
                _ => {
                    if let Some(form) = &mut open {
                        form.control(&tag);
                    }
                }
            }
        }
        forms
    }

    fn open(tag: &Tag, path: &str) -> Self {
        let is = |name: &str, value: &str| {
            tag.get(name)
                .is_some_and(|there| there.eq_ignore_ascii_case(value))
        };
        let action = tag
            .get("action")
            .filter(|action| !matches!(action.as_str(), "" | "."));
        Self {
            action: action.unwrap_or_else(|| path.to_owned()),
            is_get: !is("method", "post"),
            is_multipart: is("enctype", "multipart/form-data"),
            ..Self::default()
        }
    }

    fn control(&mut self, tag: &Tag) {
        let Some(name) = tag
            .get("name")
            .filter(|name| !name.is_empty() && !tag.has("disabled"))
        else {
            return;
        };
        let value = tag.get("value");
        match (
            tag.name.as_str(),
            tag.get("type").unwrap_or_default().as_str(),
        ) {
            ("input", "file") => self.fields.push((name, None)),
            ("input", "submit" | "image") => self.buttons.push((name, value.unwrap_or_default())),
            ("button", kind) if kind != "button" => {
                self.buttons.push((name, value.unwrap_or_default()));
            }
            ("input", "checkbox" | "radio") => {
                let value = value.unwrap_or_else(|| "on".to_owned());
                self.fields
                    .push((name, tag.has("checked").then_some(value)));
            }
            ("input", "button" | "reset") => {}
            ("input", _) => self.fields.push((name, Some(value.unwrap_or_default()))),
            // HTML ignores the first line break.
            ("textarea", _) => {
                let text = tag.text.replace("\r\n", "\n");
                let text = text
                    .strip_prefix('\n')
                    .unwrap_or(&text)
                    .replace('\n', "\r\n");
                self.fields.push((name, Some(text)));
            }
            _ => {}
        }
    }

    /// Whether the form has a field or a button of this name; `_find=category` is a button.
    pub(crate) fn has(&self, name: &str) -> bool {
        let is_it =
            |(known, value): &(String, String)| known == name || format!("{known}={value}") == name;
        self.fields.iter().any(|(known, _)| known == name) || self.buttons.iter().any(is_it)
    }

    /// Returns a field's value; "" if the form has no such field.
    pub(crate) fn value(&self, name: &str) -> String {
        self.values(name).into_iter().next().unwrap_or_default()
    }

    /// Returns all values of a field.
    pub(crate) fn values(&self, name: &str) -> Vec<String> {
        self.fields
            .iter()
            .filter(|(known, _)| known == name)
            .filter_map(|(_, value)| value.clone())
            .collect()
    }

    /// Enters or chooses a value, or ticks the box with this value.
    pub(crate) fn set(self, name: &str, value: &str) -> Self {
        self.choose(name, &[value])
    }

    /// Chooses several values, or none.
    pub(crate) fn choose(mut self, name: &str, values: &[&str]) -> Self {
        let at = self.fields.iter().position(|(known, _)| known == name);
        let at = at.unwrap_or_else(|| panic!("the form has no field {name}: {:?}", self.fields));
        self.fields.retain(|(known, _)| known != name);
        let chosen = values
            .iter()
            .map(|value| (name.to_owned(), Some((*value).to_owned())));
        let chosen: Vec<_> = if values.is_empty() {
            vec![(name.to_owned(), None)]
        } else {
            chosen.collect()
        };
        self.fields.splice(at..at, chosen);
        self
    }

    /// Chooses a file.
    pub(crate) fn attach(mut self, field: &str, name: &str, kind: &str, content: &[u8]) -> Self {
        assert!(
            self.has(field) && self.is_multipart,
            "the form takes no file {field}"
        );
        let (field, name, kind) = (field.to_owned(), name.to_owned(), kind.to_owned());
        self.files.push(File {
            field,
            name,
            kind,
            content: content.to_vec(),
        });
        self
    }

    /// Returns every field name with its value, except names that end with one of `without`.
    pub(crate) fn values_of(&self, without: &[&str]) -> Vec<(String, String)> {
        let kept = self
            .sent("")
            .into_iter()
            .filter(|(name, _)| !without.iter().any(|end| name.ends_with(end)));
        kept.filter(|(name, _)| name != "csrfmiddlewaretoken")
            .collect()
    }

    /// Returns the data that is sent if the button is pressed: the first called `_find`, or the
    /// button `_find=category`.
    pub(crate) fn sent(&self, button: &str) -> Vec<(String, String)> {
        let (wanted, value) = button
            .split_once('=')
            .map_or((button, None), |(name, value)| (name, Some(value)));
        let ticked = self
            .fields
            .iter()
            .filter_map(|(name, value)| Some((name.clone(), value.clone()?)));
        let mut sent: Vec<(String, String)> = ticked.collect();
        if !button.is_empty() {
            let pressed = self
                .buttons
                .iter()
                .find(|(name, own)| name == wanted && value.is_none_or(|value| value == own));
            sent.push(
                pressed
                    .cloned()
                    .unwrap_or_else(|| panic!("no button {button}: {:?}", self.buttons)),
            );
        }
        sent
    }

    /// Encodes `fields` and the files; returns the content type and the body.
    pub(super) fn multipart(&self, fields: &[(String, String)]) -> (String, Vec<u8>) {
        let mut body = Vec::new();
        for (name, value) in fields {
            let head = format!(
                "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            );
            body.extend_from_slice(head.as_bytes());
        }
        for File {
            field,
            name,
            kind,
            content,
        } in &self.files
        {
            let place = format!("form-data; name=\"{field}\"; filename=\"{name}\"");
            let head = format!(
                "--{BOUNDARY}\r\nContent-Disposition: {place}\r\nContent-Type: {kind}\r\n\r\n"
            );
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(content);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
        (format!("multipart/form-data; boundary={BOUNDARY}"), body)
    }
}

struct Select {
    name: Option<String>,
    is_multiple: bool,
    options: Vec<(String, bool)>,
}

impl Select {
    fn open(tag: &Tag) -> Self {
        let name = tag.get("name").filter(|_| !tag.has("disabled"));
        Self {
            name,
            is_multiple: tag.has("multiple"),
            options: Vec::new(),
        }
    }

    /// Returns the chosen options; in a single select without a choice, the first option.
    fn fields(self) -> Vec<(String, Option<String>)> {
        let Some(name) = self.name else {
            return Vec::new();
        };
        let chosen = self
            .options
            .iter()
            .filter(|(_, selected)| *selected)
            .map(|(value, _)| value.clone());
        let mut chosen: Vec<String> = chosen.collect();
        if chosen.is_empty() && !self.is_multiple {
            chosen.extend(self.options.into_iter().next().map(|(value, _)| value));
        }
        let fields: Vec<_> = chosen
            .into_iter()
            .map(|value| (name.clone(), Some(value)))
            .collect();
        if fields.is_empty() {
            vec![(name, None)]
        } else {
            fields
        }
    }
}

#[test]
fn a_form_is_sent_as_a_browser_would() {
    let html = r#"<form method="post"><input name=a value="1"><input type=checkbox name=b><input type=checkbox name=c checked>
        <select name=d><option value=x>X<option value=y>Y</select><select name=e multiple><option>1<option selected>2</select>
        <textarea name=f>
one
two</textarea><input name=g disabled value=1><button name=_save>Save</button><button name=_more value=2></button></form>"#;
    let form = Form::all(html, "/here/").remove(0);
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let plain = [
        pair("a", "1"),
        pair("c", "on"),
        pair("d", "x"),
        pair("e", "2"),
        pair("f", "one\r\ntwo"),
    ];
    assert_eq!(form.sent(""), plain);
    assert_eq!(form.sent("_more")[5..], [pair("_more", "2")]);
    assert_eq!(form.sent("_more=2")[5..], [pair("_more", "2")]);
    let form = form
        .set("b", "on")
        .choose("e", &["1", "2"])
        .choose("c", &[]);
    assert_eq!(
        (form.values("e"), form.value("b"), form.value("c")),
        (vec!["1".into(), "2".into()], "on".into(), String::new())
    );
    assert_eq!(form.action, "/here/");
}
