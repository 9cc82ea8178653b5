//! The forms of the accounts pages, with Django's field names.

use crate::auth::User;
use crate::auth::password_validation::{DEFAULT, UserAttributes, help_texts, validate_password};
use crate::forms::{Field, Form};

/// Name and password.
pub(super) fn login() -> Form {
    Form::new([
        Field::new("username", "Username")
            .max_length(150)
            .autocomplete("username"),
        Field::password("password", "Password", "current-password"),
    ])
}

/// A new account.
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

/// One's own name and address.
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

/// A new password, for who knows the old one.
pub(super) fn password_change() -> Form {
    let mut form = set_password();
    form.fields.insert(
        0,
        Field::password("old_password", "Old password", "current-password"),
    );
    form
}

/// A new password.
pub(super) fn set_password() -> Form {
    Form::new([
        new_password("new_password1", "New password"),
        Field::password("new_password2", "New password confirmation", "new-password"),
    ])
}

/// One's password once more, before something that whoever finds an open browser must not do.
pub(super) fn confirm_password() -> Form {
    Form::new([Field::password(
        "password",
        "Your password",
        "current-password",
    )])
}

/// The code of the second step of a login: of the authenticator, or a recovery code.
pub(super) fn login_code(recovery: bool) -> Form {
    let field = if recovery {
        Field::new("code", "Recovery code")
            .max_length(32)
            .autocomplete("off")
            .help(["One of those you kept when you turned this on. Each works once."])
    } else {
        Field::code("code", "Code").help(["The six digits that your authenticator app shows now."])
    };
    Form::new([field])
}

/// The first code of a new authenticator.
pub(super) fn two_factor_set_up() -> Form {
    let mut form = confirm_password();
    form.fields.insert(
        0,
        Field::code("code", "Code").help(["The six digits that the app shows now."]),
    );
    form
}

/// The address that a reset link is sent to.
pub(super) fn password_reset() -> Form {
    Form::new([Field::email("email", "Email")])
}

fn new_password(name: &'static str, label: &'static str) -> Field {
    Field::password(name, label, "new-password").help(help_texts(&DEFAULT))
}

/// The name of a new user, in the admin.
pub(super) fn admin_username() -> Form {
    Form::new([Field::new("username", "Username")
        .max_length(150)
        .autocomplete("off")
        .help(["Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only."])])
}

/// A new password for someone else, in the admin; whether there must be one depends.
pub(super) fn admin_password() -> Form {
    Form::new([
        new_password("password1", "Password").optional(),
        Field::password("password2", "Password confirmation", "new-password")
            .help(["Enter the same password as before, for verification."])
            .optional(),
    ])
}

/// Looks whether the two passwords are the same and good enough for `user`; Django says so beside the second.
pub(super) fn check_new_password(
    form: &mut Form,
    first: &str,
    second: &str,
    user: &UserAttributes<'_>,
) {
    if !form.is_clean(second) {
        return;
    }
    // The second is looked at even where there is no first.
    if form.is_clean(first) && form.value(first) != form.value(second) {
        return form.add_error(second, "The two password fields didn’t match.");
    }
    for complaint in validate_password(form.value(second), Some(user), &DEFAULT) {
        form.add_error(second, complaint);
    }
}

/// What passwords of `user` are compared with.
pub(super) fn attributes(user: &User) -> UserAttributes<'_> {
    UserAttributes {
        username: &user.username,
        first_name: &user.first_name,
        last_name: &user.last_name,
        email: &user.email,
    }
}
