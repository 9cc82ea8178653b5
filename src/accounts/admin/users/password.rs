//! The page on which staff set another user's password.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;

use super::passwords::NewPassword;
use crate::accounts::admin::private;
use crate::accounts::forms::attributes;
use crate::accounts::views::private_redirect;
use crate::admin::frame::{Crumb, Frame};
use crate::admin::{AdminRequest, Flag, RegisteredModel};
use crate::auth::hashers::is_password_usable;
use crate::auth::{User, audit, kept_forms, set_password, visitor};
use crate::db::Value;
use crate::error::{Error, Result};
use crate::forms::Form;
use crate::http::PostData;
use crate::messages::Level;
use crate::models::bidi;
use crate::records::rules::outranks;
use crate::records::{self, Done};

#[derive(Template)]
#[template(path = "admin/user_password.html")]
struct UserPassword {
    frame: Frame,
    /// A hidden field for password managers.
    username: String,
    form: Form,
    usable: Option<bool>,
    usable_error: Option<String>,
}

/// `GET /admin/auth/user/7/password/`
pub(in crate::accounts::admin) async fn form(
    request: AdminRequest,
    part: Path<String>,
) -> Result<HttpResponse> {
    let (registered, user) = target(&request, &part).await?;
    kept_forms::warn_about_secrets(&request.http).await?;
    page(
        &request,
        registered,
        &user,
        NewPassword::new(Form::default(), is_password_usable(&user.password)),
    )
}

/// `POST /admin/auth/user/7/password/`
pub(in crate::accounts::admin) async fn change(
    request: AdminRequest,
    part: Path<String>,
    data: PostData,
) -> Result<HttpResponse> {
    let (registered, user) = target(&request, &part).await?;
    let is_own = user.id == request.user.id;
    let mut new = NewPassword::new(Form::default(), is_password_usable(&user.password)).bind(&data);
    new.check(&attributes(&user));
    if new.is_disabled() && is_own {
        new.form
            .add_error("", "Without a password you could not log in again.");
    }
    if !new.form.is_valid() {
        return page(&request, registered, &user, new);
    }
    if new.is_disabled() && data.fields.get("unset-password").is_none() {
        request.messages.add(
            Level::ERROR,
            "Conflicting form data submitted. Please try again.",
        );
        return Ok(private_redirect(
            &request.keeping_filters(registered, request.http.path()),
        ));
    }
    let hash = new.hash(&request.http).await?;
    let (actor, settings) = (request.actor(), request.settings.clone());
    let (id, name, stored) = (user.id, user.username.clone(), hash.clone());
    let done = request.db.write(move |conn| {
        records::atomic(conn, &actor, &settings, |conn, writer| {
            set_password(conn, id, &stored)?;
            let changed = Done::Changed(vec!["password".to_owned()]);
            writer.record_secret(registered.model, Value::Integer(id), "password");
            let row = (Value::Integer(id), name);
            writer.log_row(registered.model, row, Flag::Change, &[changed]);
            Ok(())
        })
    });
    done.await?;
    if is_own {
        visitor::update_session_auth_hash(&request.http, &hash);
    }
    audit::about(
        &request.http,
        log::Level::Info,
        "password_changed",
        &user.username,
        &[("by", &request.user.username)],
    );
    request.messages.success(if new.is_disabled() {
        "Password-based authentication was disabled."
    } else {
        "Password changed successfully."
    });
    Ok(private_redirect(&request.keeping_filters(
        registered,
        &registered.object_url(&id.to_string(), "change"),
    )))
}

/// Returns the user whose password is to be set: the requesting user must be allowed to change that
/// user and must have all permissions of that user.
async fn target(request: &AdminRequest, part: &str) -> Result<(&'static RegisteredModel, User)> {
    let registered = request.model("auth", "user")?;
    let object = request.object(registered, part).await?;
    request.must(
        registered,
        "change",
        object.as_ref().map(|(record, _)| record),
    )?;
    let id = object
        .and_then(|(record, _)| i32::try_from(record.pk().as_i64()?).ok())
        .ok_or(Error::NotFound)?;
    let permissions = (*request.permissions).clone();
    let user = request.db.run(move |conn| {
        let user = User::find(conn, id)?.ok_or(Error::NotFound)?;
        if outranks(conn, &user, &permissions)? {
            Err(Error::PermissionDenied)
        } else {
            Ok(user)
        }
    });
    Ok((registered, user.await?))
}

fn page(
    request: &AdminRequest,
    registered: &'static RegisteredModel,
    user: &User,
    new: NewPassword,
) -> Result<HttpResponse> {
    let verb = if is_password_usable(&user.password) {
        "Change"
    } else {
        "Set"
    };
    let mut crumbs = request.crumbs(registered);
    let change_url = request.keeping_filters(
        registered,
        &registered.object_url(&user.id.to_string(), "change"),
    );
    crumbs.push(Crumb::new(&user.username, change_url));
    crumbs.push(Crumb::new(format!("{verb} password"), ""));
    let frame = request.frame(
        format!("{verb} password: {}", bidi::isolated(&user.username)),
        crumbs,
    );
    let NewPassword {
        form,
        usable,
        usable_error,
    } = new;
    private(
        &request.http,
        &UserPassword {
            frame,
            username: user.username.clone(),
            form,
            usable,
            usable_error,
        },
    )
}
