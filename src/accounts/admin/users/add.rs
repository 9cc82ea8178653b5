//! Adds a user in two steps: first a name and a password, then the change form with all other
//! fields.

use actix_web::HttpResponse;
use askama::Template;

use super::passwords::NewPassword;
use crate::accounts::admin::private;
use crate::accounts::forms;
use crate::accounts::sent_twice::{already_saved, note, saved_before};
use crate::accounts::views::private_redirect;
use crate::admin::frame::{Crumb, Frame};
use crate::admin::{AdminRequest, Flag, RegisteredModel, popup_response};
use crate::auth::password_validation::UserAttributes;
use crate::auth::{NewUser, User, kept_forms, normalize};
use crate::db::{Conn, Value};
use crate::error::Result;
use crate::forms::Form;
use crate::forms::submissions::{Claim, Submission, new_id};
use crate::http::PostData;
use crate::messages::{Level, Message};
use crate::records::{self, Done, Writer};

const TAKEN: &str = "A user with that username already exists.";
const INVALID: &str = "Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.";

#[derive(Template)]
#[template(path = "admin/user_add.html")]
struct AddUser {
    frame: Frame,
    form: Form,
    usable: Option<bool>,
    usable_error: Option<String>,
    /// The one-time id of the form.
    submission: String,
    to_field: Option<String>,
    /// Whether the form was sent without a session and is shown again after the login.
    restored: bool,
}

/// `GET /admin/auth/user/add/`
pub(in crate::accounts::admin) async fn add_form(request: AdminRequest) -> Result<HttpResponse> {
    let registered = allowed(&request)?;
    if let Some(kept) = kept_forms::take(&request.http).await? {
        request.messages.add(Level::WARNING, kept.note);
        let new = NewPassword::new(forms::admin_username(), true).restore(&kept.post);
        return page(&request, registered, new, &kept.post, true);
    }
    let mut form = forms::admin_username();
    if let (Some(field), Some(name)) = (form.fields.first_mut(), request.query.get("username")) {
        name.clone_into(&mut field.value);
    }
    let mut new = NewPassword::new(form, true);
    new.usable = Some(request.query.get("usable_password") != Some("false"));
    page(&request, registered, new, &PostData::default(), false)
}

/// `POST /admin/auth/user/add/`
pub(in crate::accounts::admin) async fn add(
    request: AdminRequest,
    data: PostData,
) -> Result<HttpResponse> {
    let registered = allowed(&request)?;
    // Refuse a popup window that asks for a field which it may not refer to.
    request.to_field(registered, &data.fields)?;
    let mut new = NewPassword::new(forms::admin_username(), true).bind(&data);
    let submission = Submission::from_post(
        &data,
        Some(request.user.id),
        request.http.path(),
        &request.settings,
    )?;
    let known_before = submission.clone();
    let before = request
        .db
        .run(move |conn| saved_before(conn, known_before.as_ref()))
        .await?;
    match before {
        Some((user, true)) => return added(&request, registered, &user, &data),
        Some((user, false)) => new.form.add_error("", already_saved(&user)),
        None => {}
    }
    let username = normalize::username(new.form.value("username"));
    if new.form.is_clean("username") && !NewUser::is_valid_username(&username) {
        new.form.add_error("username", INVALID);
    }
    if new.form.is_clean("username") {
        let name = username.clone();
        if request
            .db
            .run(move |conn| NewUser::is_taken(conn, &name))
            .await?
        {
            new.form.add_error("username", TAKEN);
        }
    }
    new.check(&UserAttributes {
        username: &username,
        ..UserAttributes::default()
    });
    if new.form.is_valid() {
        let user = NewUser::customer(&username, "", new.hash(&request.http).await?);
        let (actor, settings) = (request.actor(), request.settings.clone());
        let save = move |conn: &mut Conn, writer: &mut Writer<'_>| {
            // The same page may have been sent twice, and the other request may have been faster.
            if let Some(submission) = &submission
                && submission.claim(conn)? != Claim::First
            {
                return Ok(saved_before(conn, Some(submission))?.map(|(user, _)| user));
            }
            let saved = user.save_if_free(conn)?;
            if let Some(user) = &saved {
                writer.record_added(conn, registered.model, Value::Integer(user.id))?;
                let row = (Value::Integer(user.id), user.username.clone());
                writer.log_row(registered.model, row, Flag::Addition, &[Done::Added]);
            }
            note(conn, submission.as_ref(), saved.as_ref())?;
            Ok(saved)
        };
        let saved = request
            .db
            .write(move |conn| records::atomic(conn, &actor, &settings, save));
        if let Some(user) = saved.await? {
            return added(&request, registered, &user, &data);
        }
        new.form.add_error("username", TAKEN);
    }
    page(&request, registered, new, &data, false)
}

/// Returns the model if the user may add users. As in Django, that also requires the permission to
/// change users: see `records::rules`.
fn allowed(request: &AdminRequest) -> Result<&'static RegisteredModel> {
    let registered = request.model("auth", "user")?;
    request.must(registered, "change", None)?;
    request.must(registered, "add", None)?;
    Ok(registered)
}

fn added(
    request: &AdminRequest,
    registered: &'static RegisteredModel,
    user: &User,
    data: &PostData,
) -> Result<HttpResponse> {
    let pk = user.id.to_string();
    if data.fields.get("_popup").is_some() {
        return popup_response(
            request,
            "Saved",
            &serde_json::json!({"value": pk, "obj": user.username}),
        );
    }
    let another = data.fields.get("_addanother").is_some();
    let next = if another {
        "You may add another user below."
    } else {
        "You may edit it again below."
    };
    let row = registered.object_url(&pk, "change");
    let after = format!("” was added successfully. {next}");
    request.messages.push(Message::linked(
        Level::SUCCESS,
        "The user “",
        (&user.username, &row),
        &after,
    ));
    let url = if another {
        format!("{}add/", registered.url())
    } else {
        row
    };
    Ok(private_redirect(&request.staying(registered, &url)))
}

fn page(
    request: &AdminRequest,
    registered: &'static RegisteredModel,
    new: NewPassword,
    data: &PostData,
    restored: bool,
) -> Result<HttpResponse> {
    let to_field = request.to_field(registered, &data.fields)?;
    let mut crumbs = request.crumbs(registered);
    crumbs.push(Crumb::new("Add user", ""));
    let mut frame = request.frame("Add user", crumbs);
    frame.is_popup |= data.fields.get("_popup").is_some();
    private(
        &request.http,
        &AddUser {
            frame,
            form: new.form,
            usable: new.usable,
            usable_error: new.usable_error,
            submission: new_id(Some(request.user.id), &request.settings),
            to_field,
            restored,
        },
    )
}
