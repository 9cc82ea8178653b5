//! The forms of the accounts pages, with Django's field names.

use crate::auth::User;
use crate::auth::password_validation::{DEFAULT, UserAttributes, help_texts, validate_password};
use crate::forms::{Field, Form};

/// The login form.
pub(super) fn login() -> Form {
    Form::new([
        Field::new("username", "Username")
            .max_length(150)
            .autocomplete("username"),
        Field::password("password", "Password", "current-password"),
    ])
}

/// The form that creates an account.
pub(super) fn signup() -> Form {
    Form::new([
        Field::new("username", "Username")
            .max_length(150)
            .autocomplete("username")
            .help(["150 characters or fewer: letters, digits and @ . + - _"]),
        Field::email("email", "Email address"),
        new_password("password1", "Password"),
        Field::password("password2", "Password confirmation", "new-password")
            .help(["Enter the same password as before, for verification."]),
    ])
}

/// The form with a user's own name and address.
pub(super) fn profile(user: &User) -> Form {
    Form::new([
        Field::new("first_name", "First name")
            .optional()
            .max_length(150)
            .autocomplete("given-name")
            .initial(&user.first_name),
        Field::new("last_name", "Last name")
            .optional()
            .max_length(150)
            .autocomplete("family-name")
            .initial(&user.last_name),
        Field::email("email", "Email address")
            .optional()
            .initial(&user.email),
    ])
}

/// The form that replaces the user's own password; it asks for the old one.
pub(super) fn password_change() -> Form {
    let mut form = set_password();
    form.fields.insert(
        0,
        Field::password("old_password", "Old password", "current-password"),
    );
    form
}

/// The form that sets a new password.
pub(super) fn set_password() -> Form {
    Form::new([
        new_password("new_password1", "New password"),
        Field::password("new_password2", "New password confirmation", "new-password"),
    ])
}

/// The form that asks for the password again before a change that nobody else at an open browser
/// may make.
pub(super) fn confirm_password() -> Form {
    Form::new([Field::password(
        "password",
        "Your password",
        "current-password",
    )])
}

/// The form that makes a token for the JSON API; it asks for the password.
pub(super) fn token() -> Form {
    let mut form = confirm_password();
    form.fields.insert(
        0,
        Field::new("name", "Name")
            .max_length(100)
            .autocomplete("off")
            .help(["The purpose of the token, such as “nightly import”."]),
    );
    form.fields.insert(
        1,
        Field::new("days", "Expires after days")
            .optional()
            .max_length(5)
            .autocomplete("off")
            .help(["Leave it empty for a token that does not expire."]),
    );
    form
}

/// The form of the second login step: a code of the authenticator, or a recovery code.
pub(super) fn login_code(recovery: bool) -> Form {
    let field = if recovery {
        Field::new("code", "Recovery code")
            .max_length(32)
            .autocomplete("off")
            .help(["One of the codes that you kept when you turned on two-factor login. Each code works once."])
    } else {
        Field::code("code", "Code").help(["The six digits that your authenticator app shows now."])
    };
    Form::new([field])
}

/// The form with the first code of a new authenticator.
pub(super) fn two_factor_set_up() -> Form {
    let mut form = confirm_password();
    form.fields.insert(
        0,
        Field::code("code", "Code").help(["The six digits that the app shows now."]),
    );
    form
}

/// The form with the address to which a reset link is sent.
pub(super) fn password_reset() -> Form {
    Form::new([Field::email("email", "Email")])
}

fn new_password(name: &'static str, label: &'static str) -> Field {
    Field::password(name, label, "new-password").help(help_texts(&DEFAULT))
}

/// The form with the name of a new user, in the admin.
pub(super) fn admin_username() -> Form {
    Form::new([Field::new("username", "Username")
        .max_length(150)
        .autocomplete("off")
        .help(["Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only."])])
}

/// The form that sets another user's password, in the admin. The fields are optional here, because
/// the user may get no password.
pub(super) fn admin_password() -> Form {
    Form::new([
        new_password("password1", "Password").optional(),
        Field::password("password2", "Password confirmation", "new-password")
            .help(["Enter the same password as before, for verification."])
            .optional(),
    ])
}

/// Checks that the two passwords are the same and good enough for `user`; like Django, reports
/// errors at the second field.
pub(super) fn check_new_password(
    form: &mut Form,
    first: &str,
    second: &str,
    user: &UserAttributes<'_>,
) {
    if !form.is_clean(second) {
        return;
    }
    // Validate the second password even if the first is missing.
    if form.is_clean(first) && form.value(first) != form.value(second) {
        return form.add_error(second, "The two password fields didn’t match.");
    }
    for complaint in validate_password(form.value(second), Some(user), &DEFAULT) {
        form.add_error(second, complaint);
    }
}

/// Returns the attributes of `user` that a password must not resemble.
pub(super) fn attributes(user: &User) -> UserAttributes<'_> {
    UserAttributes {
        username: &user.username,
        first_name: &user.first_name,
        last_name: &user.last_name,
        email: &user.email,
    }
}
