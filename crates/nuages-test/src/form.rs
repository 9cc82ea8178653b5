//! [`PageForm`]: a form of a page, filled in and submitted as in a browser.

use crate::client::Client;
use crate::fields::{Button, Choice, Control, ControlKind, Upload};
use crate::html::Element;
use crate::response::Response;

/// A form of a page: its fields have the values that the page shows, and a test changes some of
/// them.
///
/// Fields, choices and buttons that the page does not have are refused, so that a test fails if the
/// page has lost one. Hidden fields, such as the CSRF token, are sent as they are. The checks of a
/// browser (`required`, `max`) are left out, so that a test sees those of the site.
///
/// ```no_run
/// # use nuages_test::TestSite;
/// # fn test(site: &TestSite) {
/// let page = site.client().get("/tickets/new/");
/// let page = page
///     .form("#ticket-form")
///     .set("title", "Printer")
///     .set("priority", "High") // a value or a label of the list
///     .tick("urgent")
///     .choose("tags", &["office", "hardware"])
///     .upload("file", "photo.png", b"...")
///     .submit();
/// page.assert_redirects("/tickets/1/");
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct PageForm {
    client: Client,
    /// The URL of the page.
    path: String,
    /// The URL that the form is sent to.
    action: String,
    is_get: bool,
    is_multipart: bool,
    controls: Vec<Control>,
    buttons: Vec<Button>,
}

impl PageForm {
    /// Returns the forms that `selector` selects, or that belong to the selected elements.
    pub(crate) fn all(html: &Element, selector: &str, response: &Response) -> Vec<Self> {
        let mut forms: Vec<Element> = Vec::new();
        for element in html.select(selector) {
            let form = if element.name() == "form" {
                Some(element)
            } else {
                owner(html, &element)
            };
            if let Some(form) = form
                && !forms.iter().any(|known| known.is_same(&form))
            {
                forms.push(form);
            }
        }
        forms
            .iter()
            .map(|form| Self::of(html, form, response))
            .collect()
    }

    /// Returns the names of the forms of a page, for a failed test.
    pub(crate) fn names(html: &Element) -> String {
        let forms = html.select("form");
        let names = forms.iter().map(|form| {
            let name = |attribute| form.attribute(attribute).filter(|value| !value.is_empty());
            let id = name("id").map(|id| format!("#{id}"));
            let action = || name("action").map(|action| format!("[action={action}]"));
            id.or_else(action).unwrap_or_else(|| "form".to_owned())
        });
        let names: Vec<String> = names.collect();
        if names.is_empty() {
            "none".to_owned()
        } else {
            names.join(", ")
        }
    }

    fn of(html: &Element, form: &Element, response: &Response) -> Self {
        let elements = html.descendants();
        let own = elements.iter().filter(|element| {
            !is_disabled(element) && owner(html, element).is_some_and(|owner| owner.is_same(form))
        });
        let own: Vec<&Element> = own.collect();
        let action = form.attribute("action").unwrap_or_default();
        Self {
            client: response.client().clone(),
            path: response.path().to_owned(),
            action: response.resolved(&action),
            is_get: !form.attribute_is("method", "post"),
            is_multipart: form.attribute_is("enctype", "multipart/form-data"),
            controls: own
                .iter()
                .filter_map(|element| Control::of(element))
                .collect(),
            buttons: own
                .iter()
                .filter_map(|element| Button::of(element))
                .collect(),
        }
    }

    /// Returns the URL that the form is sent to.
    pub fn action(&self) -> &str {
        &self.action
    }

    /// Whether the form has a field called `name`.
    pub fn has(&self, name: &str) -> bool {
        self.controls.iter().any(|control| control.name == name)
    }

    /// Returns the value of a field; "" if nothing is chosen.
    #[track_caller]
    pub fn value(&self, name: &str) -> String {
        self.values(name).into_iter().next().unwrap_or_default()
    }

    /// Returns all values of a field.
    #[track_caller]
    pub fn values(&self, name: &str) -> Vec<String> {
        let controls = self.at(name).into_iter();
        controls.flat_map(|at| self.controls[at].values()).collect()
    }

    /// Returns the values that can be chosen in a field: those of a list, of check boxes or of radio
    /// buttons.
    #[track_caller]
    pub fn options(&self, name: &str) -> Vec<String> {
        let controls = self.at(name).into_iter();
        let options = controls
            .filter_map(|at| self.controls[at].options())
            .flatten();
        options.map(|option| option.value.clone()).collect()
    }

    /// Enters a text, or chooses the option with this value or label.
    #[must_use]
    #[track_caller]
    pub fn set(self, name: &str, value: &str) -> Self {
        self.choose(name, &[value])
    }

    /// Chooses several options, or none; enters texts into several fields with one name.
    #[must_use]
    #[track_caller]
    pub fn choose(mut self, name: &str, values: &[&str]) -> Self {
        let at = self.at(name);
        if matches!(self.controls[at[0]].kind, ControlKind::Text(_)) {
            assert!(
                values.len() == at.len(),
                "the form has {} fields {name:?}, and the test enters {} values",
                at.len(),
                values.len()
            );
            for (at, value) in at.into_iter().zip(values) {
                self.controls[at].kind = ControlKind::Text(with_crlf(value));
            }
            return self;
        }

        self.check_number(name, &at, values);
        for value in values {
            let known = at.iter().filter_map(|at| self.controls[*at].options());
            let known: Vec<&Choice> = known.flatten().collect();
            let is_known = known
                .iter()
                .any(|option| option.value == *value || option.label == *value);
            let known: Vec<&str> = known.iter().map(|option| option.value.as_str()).collect();
            assert!(
                is_known,
                "the field {name:?} has no option {value:?}: {known:?}"
            );
        }
        for at in at {
            for option in self.controls[at].options_mut() {
                option.is_chosen = values
                    .iter()
                    .any(|value| option.value == *value || option.label == *value);
            }
        }
        self
    }

    /// Fails if more options are chosen than a list or radio buttons allow, or a file field is set.
    #[track_caller]
    fn check_number(&self, name: &str, at: &[usize], values: &[&str]) {
        match &self.controls[at[0]].kind {
            ControlKind::File(_) => panic!("{name:?} is a field for files: use upload"),
            ControlKind::Select {
                is_multiple: false, ..
            }
            | ControlKind::Choice { is_radio: true, .. } => assert!(
                values.len() == 1,
                "the field {name:?} takes one value, not {values:?}"
            ),
            _ => {}
        }
    }

    /// Ticks a check box.
    #[must_use]
    #[track_caller]
    pub fn tick(self, name: &str) -> Self {
        self.ticked(name, true)
    }

    /// Unticks a check box.
    #[must_use]
    #[track_caller]
    pub fn untick(self, name: &str) -> Self {
        self.ticked(name, false)
    }

    fn ticked(mut self, name: &str, is_ticked: bool) -> Self {
        let at = self.at(name);
        match (&mut self.controls[at[0]].kind, at.len()) {
            (
                ControlKind::Choice {
                    option,
                    is_radio: false,
                },
                1,
            ) => option.is_chosen = is_ticked,
            _ => panic!("{name:?} is not a single check box: use choose"),
        }
        self
    }

    /// Chooses a file. A second call adds another one.
    #[must_use]
    #[track_caller]
    pub fn upload(mut self, name: &str, file_name: &str, content: impl AsRef<[u8]>) -> Self {
        let at = self.at(name)[0];
        let ControlKind::File(files) = &mut self.controls[at].kind else {
            panic!("{name:?} is not a field for files");
        };
        files.push(Upload {
            file_name: file_name.to_owned(),
            content: content.as_ref().to_vec(),
        });
        assert!(
            self.is_multipart,
            "the form has no enctype=\"multipart/form-data\", so that a browser would send only the name of the file"
        );
        self
    }

    /// Submits the form with its first button, as the Enter key does.
    #[track_caller]
    pub fn submit(self) -> Response {
        let button = self.buttons.first().cloned();
        self.send(button)
    }

    /// Submits the form with the button of this name, of this `name=value`, or with this text.
    #[track_caller]
    pub fn press(self, button: &str) -> Response {
        let pressed = self
            .buttons
            .iter()
            .find(|known| known.is_called(button))
            .cloned();
        let Some(pressed) = pressed else {
            let known: Vec<&str> = self
                .buttons
                .iter()
                .map(|known| known.text.as_str())
                .collect();
            panic!("the form has no button {button:?}: {known:?}");
        };
        self.send(Some(pressed))
    }

    #[track_caller]
    fn send(self, button: Option<Button>) -> Response {
        let mut action = self.action.clone();
        let mut is_get = self.is_get;
        if let Some(button) = &button {
            if let Some(other) = &button.action {
                action = resolved(&self.path, other);
            }
            if let Some(method) = &button.method {
                is_get = !method.eq_ignore_ascii_case("post");
            }
        }
        let pairs = self.pairs(button.as_ref());
        if is_get {
            let path = action.split('?').next().unwrap_or_default();
            let query = encoded(&pairs);
            return self.client.get(&format!("{path}?{query}"));
        }
        if self.is_multipart {
            let body = Multipart::of(&pairs, &self.controls);
            return self
                .client
                .request("POST", &action, &body.content_type, &body.bytes);
        }
        let kind = "application/x-www-form-urlencoded";
        self.client
            .request("POST", &action, kind, encoded(&pairs).as_bytes())
    }

    /// Returns the names and values that the form sends.
    fn pairs(&self, button: Option<&Button>) -> Vec<(String, String)> {
        let controls = self.controls.iter();
        let mut pairs: Vec<(String, String)> = controls
            .flat_map(|control| {
                let values = control.values().into_iter();
                values.map(|value| (control.name.clone(), value))
            })
            .collect();
        if let Some(button) = button.filter(|button| !button.name.is_empty()) {
            pairs.push((button.name.clone(), button.value.clone()));
        }
        pairs
    }

    /// Returns the positions of the controls called `name`.
    #[track_caller]
    fn at(&self, name: &str) -> Vec<usize> {
        let controls = self.controls.iter().enumerate();
        let at: Vec<usize> = controls
            .filter(|(_, control)| control.name == name)
            .map(|(at, _)| at)
            .collect();
        if at.is_empty() {
            let mut known: Vec<&str> = self
                .controls
                .iter()
                .map(|control| control.name.as_str())
                .collect();
            known.dedup();
            panic!(
                "the form has no field {name:?}: it has {}",
                known.join(", ")
            );
        }
        at
    }
}

impl Control {
    fn options_mut(&mut self) -> Vec<&mut Choice> {
        match &mut self.kind {
            ControlKind::Choice { option, .. } => vec![option],
            ControlKind::Select { options, .. } => options.iter_mut().collect(),
            ControlKind::Text(_) | ControlKind::File(_) => Vec::new(),
        }
    }
}

/// Returns the form that a control belongs to: the one that its attribute `form` names, else the
/// one around it.
fn owner(html: &Element, element: &Element) -> Option<Element> {
    if let Some(id) = element.attribute("form") {
        return html.select(&format!("form[id={id}]")).into_iter().next();
    }
    let around = element.with_ancestors().into_iter().skip(1);
    around.into_iter().find(|element| element.name() == "form")
}

/// Whether a control cannot be used: itself or a fieldset around it is disabled.
fn is_disabled(element: &Element) -> bool {
    element.has("disabled")
        || element
            .with_ancestors()
            .iter()
            .any(|around| around.name() == "fieldset" && around.has("disabled"))
}

fn with_crlf(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\n', "\r\n")
}

fn encoded(pairs: &[(String, String)]) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

fn resolved(path: &str, link: &str) -> String {
    let here = format!("http://site.invalid{path}");
    url::Url::parse(&here)
        .and_then(|here| here.join(link))
        .map_or_else(
            |_| link.to_owned(),
            |url| url[url::Position::BeforePath..url::Position::AfterQuery].to_owned(),
        )
}

/// A body with fields and files.
struct Multipart {
    content_type: String,
    bytes: Vec<u8>,
}

impl Multipart {
    fn of(pairs: &[(String, String)], controls: &[Control]) -> Self {
        let boundary = format!(
            "----nuages-test-{}",
            nuages::signing::random_string_of(b"0123456789abcdef", 16)
        );
        let mut bytes = Vec::new();
        let mut part = |head: &str, content: &[u8]| {
            bytes.extend_from_slice(
                format!("--{boundary}\r\nContent-Disposition: form-data; {head}\r\n\r\n")
                    .as_bytes(),
            );
            bytes.extend_from_slice(content);
            bytes.extend_from_slice(b"\r\n");
        };
        for (name, value) in pairs {
            part(&format!("name=\"{}\"", quoted(name)), value.as_bytes());
        }
        for control in controls {
            let ControlKind::File(files) = &control.kind else {
                continue;
            };
            let name = quoted(&control.name);
            // A browser sends an empty part if no file is chosen.
            if files.is_empty() {
                let head = format!(
                    "name=\"{name}\"; filename=\"\"\r\nContent-Type: application/octet-stream"
                );
                part(&head, b"");
            }
            for file in files {
                let kind = mime_guess::from_path(&file.file_name).first_or_octet_stream();
                let head = format!(
                    "name=\"{name}\"; filename=\"{}\"\r\nContent-Type: {kind}",
                    quoted(&file.file_name)
                );
                part(&head, &file.content);
            }
        }
        bytes.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
        Self {
            content_type: format!("multipart/form-data; boundary={boundary}"),
            bytes,
        }
    }
}

/// Escapes a name as browsers do in a part's head.
fn quoted(name: &str) -> String {
    name.replace('"', "%22")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}
