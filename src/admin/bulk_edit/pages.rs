//! The pages of a bulk edit: its form, its preview, and the message afterwards.

use actix_web::{HttpResponse, Responder as _};
use askama::Template;

use super::edit::{BulkEdit, CHUNK, FieldErrors, Outcome, Preview, fields, is_ticked};
use super::task;
use crate::admin::background::AT_ONCE;
use crate::admin::change_form::{RowlessForm, Shown, ShownField};
use crate::admin::frame::{Crumb, Frame};
use crate::admin::run_action::{Again, Run};
use crate::db::Conn;
use crate::error::Result;
use crate::forms::model::{ControlKind, ModelField, Violation};
use crate::http::{PostData, redirect, render};
use crate::messages::{Level, Message};
use crate::records::history::Batch;

/// The field that tells the form of this page from the list.
const MARK: &str = "_bulk";

#[derive(Template)]
#[template(path = "admin/bulk_edit.html")]
struct BulkForm {
    frame: Frame,
    /// `41 products`
    counted: String,
    fields: Vec<EditField>,
    again: Again,
    error: &'static str,
}

impl BulkForm {
    /// Whether a field has errors.
    fn is_wrong(&self) -> bool {
        self.fields.iter().any(|one| !one.field.errors.is_empty())
    }
}

/// A field of the form.
struct EditField {
    field: ShownField,
    is_ticked: bool,
    /// The way in which a many-to-many field changes; "" for a column.
    how: &'static str,
}

#[derive(Template)]
#[template(path = "admin/bulk_preview.html")]
struct BulkPreview {
    frame: Frame,
    many: String,
    preview: Preview,
    again: Again,
    /// The values that are sent again.
    hidden: Vec<(String, String)>,
    list_url: String,
}

/// Whether the form or the preview of a bulk edit was sent, and not the list.
pub(in crate::admin) fn is_sent(data: &PostData) -> bool {
    data.fields.get(MARK).is_some()
        || data
            .fields
            .iter()
            .any(|(name, _)| name.starts_with("change-"))
}

/// Shows the form or the preview of a bulk edit, or carries it out.
pub(in crate::admin) async fn run(
    run: Run<'_>,
    data: &PostData,
    is_confirmed: bool,
) -> Result<HttpResponse> {
    let request = run.request;
    let (registered, actor) = (run.registered, request.actor());
    let editable = fields(registered, &actor, &request.settings);
    if !is_sent(data) {
        return form(run, &editable, None, &Vec::new(), "").await;
    }

    let edit = BulkEdit::read(registered, &editable, data, run.count, &request.settings);
    let edit = match edit {
        Ok(edit) if edit.is_empty() => {
            let error = "Tick the fields that you want to change.";
            return form(run, &editable, Some(data), &Vec::new(), error).await;
        }
        Ok(edit) => edit,
        Err(errors) => return form(run, &editable, Some(data), &errors, "").await,
    };

    let (rows, settings) = (run.rows.clone(), request.settings.clone());
    if !is_confirmed {
        let job = move |conn: &mut Conn| edit.preview(conn, &actor, &settings, &rows);
        let preview = request.db.run(job).await?;
        return show(run, &editable, data, preview).await;
    }
    if run.count > AT_ONCE {
        return write_later(run, hidden(&editable, data)).await;
    }
    let job = move |conn: &mut Conn| {
        let batch = Batch::new(registered.model, "Bulk edit");
        let mut chunks = rows.chunks(CHUNK);
        edit.write(conn, &actor, &settings, batch, &mut |conn| {
            chunks.next_query(conn)
        })
    };
    let back_url = run.back_url.clone();
    match request.db.write(job).await {
        Ok(Outcome::Refused(preview)) => show(run, &editable, data, preview).await,
        Ok(Outcome::Done(count, key)) => {
            tell(&run, count, &key);
            Ok(redirect(back_url))
        }
        Err(error) => {
            let violation = Violation::from_error(&error).ok_or(error)?;
            let text = format!("Nothing was changed. {}", violation.text(registered.model));
            request.messages.add(Level::ERROR, text);
            Ok(redirect(back_url))
        }
    }
}

/// Enqueues the task of a confirmed edit.
async fn write_later(run: Run<'_>, fields: Vec<(String, String)>) -> Result<HttpResponse> {
    let (request, registered, rows) = (run.request, run.registered, run.rows.clone());
    let user = request.user.id;
    let task = request
        .db
        .atomic(move |conn| task::enqueue(conn, registered, user, fields, &rows))
        .await?;
    log::info!(
        target: "nuages.admin",
        "{} edits {} of {} with task {}", request.user.username, run.count, registered.model.label(), task.id
    );
    let text = format!(
        "The change of {} {} runs in the background. ",
        run.count,
        registered.model.counted(run.count)
    );
    let url = format!("/admin/undo/{}/", Batch::key_of_task(task.id));
    let link = ("See how far it is, or undo it", url.as_str());
    request
        .messages
        .push(Message::linked(Level::INFO, &text, link, ""));
    Ok(redirect(run.back_url))
}

/// Adds the message about what was changed, with the link that undoes it.
fn tell(run: &Run<'_>, count: i64, key: &str) {
    let counted = run.registered.model.counted(count);
    let (messages, were) = (
        &run.request.messages,
        if count == 1 { "was" } else { "were" },
    );
    log::info!(
        target: "nuages.admin",
        "{} edited {count} of {}", run.request.user.username, run.registered.model.label()
    );
    if count == 0 {
        messages.add(
            Level::INFO,
            "Every row has these values already: nothing was changed.",
        );
        return;
    }
    let text = format!("{count} {counted} {were} changed. ");
    let url = format!("/admin/undo/{key}/");
    messages.push(Message::linked(Level::SUCCESS, &text, ("Undo", &url), ""));
}

async fn form(
    run: Run<'_>,
    editable: &[ModelField],
    data: Option<&PostData>,
    errors: &FieldErrors,
    error: &'static str,
) -> Result<HttpResponse> {
    let request = run.request;
    let registered = run.registered;
    let names: Vec<&'static str> = editable.iter().map(|field| field.name()).collect();
    let rowless = RowlessForm {
        registered,
        site: request.site,
        actor: request.actor(),
        settings: request.settings.clone(),
    };
    let (sent, wrong) = (data.cloned(), errors.clone());
    let shown = request
        .db
        .run(move |conn| rowless.fields(conn, &names, sent.as_ref(), &wrong))
        .await?;

    let fields = shown.into_iter().map(|field| {
        let found = editable.iter().find(|one| one.name() == field.name);
        let is_many = matches!(found, Some(ModelField::Many(_)));
        let sent = data.map(|data| data.get(&format!("how-{}", field.name)));
        EditField {
            is_ticked: found.is_some_and(|one| data.is_some_and(|data| is_ticked(data, *one))),
            how: match (is_many, sent) {
                (false, _) => "",
                (true, Some("remove")) => "remove",
                (true, Some("set")) => "set",
                (true, _) => "add",
            },
            field,
        }
    });
    let title = format!("Edit {}", registered.model.verbose_name_plural);
    let mut crumbs = Crumb::to(registered, run.list_url.clone());
    crumbs.push(Crumb::new(&title, ""));
    let page = BulkForm {
        counted: format!("{} {}", run.count, registered.model.counted(run.count)),
        fields: fields.collect(),
        frame: request.frame(title, crumbs),
        again: run.again().await?,
        error,
    };
    Ok(render(&page)?.respond_to(&request.http))
}

async fn show(
    run: Run<'_>,
    editable: &[ModelField],
    data: &PostData,
    preview: Preview,
) -> Result<HttpResponse> {
    let registered = run.registered;
    let title = format!("Edit {}: preview", registered.model.verbose_name_plural);
    let mut crumbs = Crumb::to(registered, run.list_url.clone());
    crumbs.push(Crumb::new(&title, ""));
    let page = BulkPreview {
        frame: run.request.frame(title, crumbs),
        many: registered.model.counted(preview.count).to_owned(),
        hidden: hidden(editable, data),
        list_url: run.back_url.clone(),
        preview,
        again: run.again().await?,
    };
    Ok(render(&page)?.respond_to(&run.request.http))
}

/// Returns the values of the ticked fields, to be sent again.
fn hidden(editable: &[ModelField], data: &PostData) -> Vec<(String, String)> {
    let ticked = editable.iter().filter(|field| is_ticked(data, **field));
    let ticked: Vec<&'static str> = ticked.map(|field| field.name()).collect();
    let is_of_field = |name: &str| {
        let plain = name
            .strip_prefix("change-")
            .or_else(|| name.strip_prefix("how-"))
            .unwrap_or(name);
        ticked.iter().any(|field| {
            let rest = plain.strip_prefix(field);
            rest.is_some_and(|rest| {
                rest.is_empty()
                    || rest
                        .strip_prefix('_')
                        .is_some_and(|digit| digit.parse::<u8>().is_ok())
            })
        })
    };
    let fields = data.fields.iter().filter(|(name, _)| is_of_field(name));
    fields
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}
