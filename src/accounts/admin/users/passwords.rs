//! The two fields of a new password, and the choice whether the user has a password at all.

use actix_web::HttpRequest;

use crate::accounts::forms;
use crate::auth::hash_password;
use crate::auth::hashers::unusable_password;
use crate::auth::password_validation::UserAttributes;
use crate::error::Result;
use crate::forms::Form;
use crate::http::PostData;

/// A form with a new password, unbound or bound to the data that was sent.
pub(super) struct NewPassword {
    /// The form; `password1` and `password2` come after its other fields.
    pub(super) form: Form,
    /// Whether the user will have a password; `None` if the form does not have that choice.
    pub(super) usable: Option<bool>,
    /// The error of that choice.
    pub(super) usable_error: Option<String>,
}

impl NewPassword {
    /// Creates an unbound form with the password fields after those of `before`. `asks` adds the
    /// choice whether the user has a password.
    pub(super) fn new(before: Form, asks: bool) -> Self {
        let mut form = before;
        form.fields.extend(forms::admin_password().fields);
        Self {
            form,
            usable: asks.then_some(true),
            usable_error: None,
        }
    }

    /// Binds the form to `data`.
    pub(super) fn bind(mut self, data: &PostData) -> Self {
        self.form = self.form.bind(data);
        let answer = data.get("usable_password");
        if self.usable.is_some() && !["", "true", "false"].contains(&answer) {
            let text =
                format!("Select a valid choice. {answer} is not one of the available choices.");
            self.form.errors.push(text.clone());
            self.usable_error = Some(text);
        }
        self.usable = self.usable.map(|_| answer != "false");
        self
    }

    /// Binds the form to data that was kept during a login, without errors.
    pub(super) fn restore(self, data: &PostData) -> Self {
        let mut new = Self {
            usable_error: None,
            ..self.bind(data)
        };
        new.form.forgive();
        new
    }

    /// Validates the password for `user`.
    pub(super) fn check(&mut self, user: &UserAttributes<'_>) {
        if self.is_disabled() {
            for field in self
                .form
                .fields
                .iter_mut()
                .filter(|field| field.name.starts_with("password"))
            {
                field.errors.clear();
            }
            return;
        }
        for name in ["password1", "password2"] {
            if self.form.value(name).is_empty() && self.form.is_clean(name) {
                self.form.add_error(name, "This field is required.");
            }
        }
        forms::check_new_password(&mut self.form, "password1", "password2", user);
    }

    /// Whether password login is disabled for this user.
    pub(super) fn is_disabled(&self) -> bool {
        self.usable == Some(false)
    }

    /// Returns the value of the column `password`.
    pub(super) async fn hash(&self, request: &HttpRequest) -> Result<String> {
        if self.is_disabled() {
            return Ok(unusable_password());
        }
        hash_password(request, self.form.value("password1")).await
    }
}
