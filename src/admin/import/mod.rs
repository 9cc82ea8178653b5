//! `/admin/<app>/<model>/import/`: files that become rows. They are checked first, and written by a task.

mod apply;
mod cancel;
mod cell;
mod changes;
mod check;
mod ended;
mod file;
mod plan;
mod related;
mod rows;
mod run;
mod stage;

use actix_web::web::Path;
use actix_web::{HttpResponse, Responder as _};
use askama::Template;
use log::Level;

use super::frame::{Crumb, Frame};
use super::{AdminRequest, RegisteredModel};
use crate::auth::audit;
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::http::{PostData, redirect, render};
use crate::models::{Meta, bidi};
use crate::tasks::{Progress, TaskResult, TaskStatus};
use cancel::CancelNotice;
use plan::{Mode, keys, mapped, targets};
use rows::{Import, RowError, SampleRow, StagedRow, state};
use run::{Arguments, TASK};
pub(super) use run::{TASK_NAME, run_task};
use stage::{Staged, check_again, on_own_connection};

/// The largest number of wrong rows that the page shows.
const SHOWN: i64 = 500;

/// The formats that the form offers.
const FORMATS: [(&str, &str); 4] = [
    ("auto", "Recognize it"),
    ("csv", "CSV"),
    ("jsonl", "JSON Lines"),
    ("xlsx", "Excel (xlsx)"),
];
/// The encodings that the form offers.
const ENCODINGS: [(&str, &str); 5] = [
    ("auto", "UTF-8, or UTF-16 with a byte order mark"),
    ("windows-1252", "Western European (Windows-1252)"),
    ("iso-8859-2", "Central European (ISO 8859-2)"),
    ("windows-1251", "Cyrillic (Windows-1251)"),
    ("shift_jis", "Japanese (Shift JIS)"),
];
/// The modes that the form offers.
const MODES: [(&str, &str); 3] = [
    ("both", "Add new rows and change the others"),
    ("add", "Only add new rows"),
    ("change", "Only change rows that exist"),
];

#[derive(Template)]
#[template(path = "admin/import_form.html")]
struct ImportForm {
    frame: Frame,
    many: String,
    list_url: String,
    error: String,
    keys: Vec<(&'static str, String)>,
    chosen: Chosen,
}

/// The values of the form.
#[derive(Clone, Default)]
struct Chosen {
    format: String,
    encoding: String,
    key: String,
    mode: String,
}

#[derive(Template)]
#[template(path = "admin/import.html")]
struct ImportPage {
    frame: Frame,
    import: Import,
    model: &'static Meta,
    many: String,
    list_url: String,
    new_url: String,
    error: String,
    mapping: Vec<MappedColumn>,
    targets: Vec<(String, String)>,
    wrong: Vec<WrongRow>,
    sample: Vec<SampleRow>,
    /// The progress of the task in rows; `None` if no task has reported any.
    progress: Option<Progress>,
    /// The error of the last attempt, if the task waits for another one.
    last_error: String,
}

/// A column of the file.
struct MappedColumn {
    name: String,
    target: String,
}

/// An error of the page.
struct WrongRow {
    line: i64,
    field: String,
    text: String,
}

impl ImportPage {
    fn is_waiting(&self) -> bool {
        self.import.is_waiting()
    }

    fn is_checked(&self) -> bool {
        self.import.state == state::CHECKED
    }

    fn has_work(&self) -> bool {
        self.import.new_rows + self.import.changed_rows > 0
    }

    /// Returns `41 products`.
    fn written_rows(&self) -> String {
        let count = self.import.new_rows + self.import.changed_rows;
        format!("{count} {}", self.model.counted(count))
    }
}

/// Returns the model, if the user may import its rows.
fn importable(request: &AdminRequest, app: &str, model: &str) -> Result<&'static RegisteredModel> {
    let registered = request.model(app, model)?;
    if registered.may_be_imported(&request.actor(), &request.settings) {
        Ok(registered)
    } else {
        Err(Error::PermissionDenied)
    }
}

/// `GET /admin/catalog/product/import/`
pub(super) async fn import_form(
    request: AdminRequest,
    place: Path<(String, String)>,
) -> Result<HttpResponse> {
    let registered = importable(&request, &place.0, &place.1)?;
    let chosen = Chosen {
        key: first_key(registered),
        ..Chosen::default()
    };
    show_form(&request, registered, chosen, String::new())
}

/// Returns the name of the field that identifies rows unless the user chooses another one.
fn first_key(registered: &'static RegisteredModel) -> String {
    let first = keys(registered).into_iter().next();
    first.map_or_else(String::new, |key| key.name.to_owned())
}

fn show_form(
    request: &AdminRequest,
    registered: &'static RegisteredModel,
    chosen: Chosen,
    error: String,
) -> Result<HttpResponse> {
    let model = registered.model;
    let mut crumbs = request.crumbs(registered);
    crumbs.push(Crumb::new("Import", ""));
    let page = ImportForm {
        frame: request.frame(format!("Import {}", model.verbose_name_plural), crumbs),
        many: model.verbose_name_plural.clone(),
        list_url: registered.url(),
        error,
        keys: keys(registered)
            .into_iter()
            .map(|field| (field.name, field.label()))
            .collect(),
        chosen,
    };
    Ok(render(&page)?.respond_to(&request.http))
}

/// `POST /admin/catalog/product/import/`
pub(super) async fn upload(
    request: AdminRequest,
    place: Path<(String, String)>,
    data: PostData,
) -> Result<HttpResponse> {
    let registered = importable(&request, &place.0, &place.1)?;
    let given = |name: &str, default: &str| match data.get(name) {
        "" => default.to_owned(),
        value => value.to_owned(),
    };
    let chosen = Chosen {
        format: given("format", "auto"),
        encoding: given("encoding", "auto"),
        key: given("key", &first_key(registered)),
        mode: given("mode", "both"),
    };
    let error = match data.file("file") {
        None => "Choose a file.",
        Some(_) if Mode::named(&chosen.mode).is_none() => "Choose what the import may do.",
        Some(_) if !keys(registered).iter().any(|key| key.name == chosen.key) => {
            "Choose a field that identifies rows."
        }
        Some(_) => "",
    };
    let Some(file) = data.file("file").filter(|_| error.is_empty()) else {
        return show_form(&request, registered, chosen, error.to_owned());
    };

    let staged = Staged {
        registered,
        site: request.site,
        actor: request.actor(),
        file: file.clone(),
        chosen: chosen.clone(),
    };
    let name = file.name.clone();
    match on_own_connection(&request, move |conn, settings| staged.store(conn, settings)).await {
        Ok(id) => {
            audit::about(
                &request.http,
                Level::Info,
                "import_uploaded",
                &request.user.username,
                &[
                    ("model", &registered.model.label()),
                    ("file", &name),
                    ("import", &id),
                ],
            );
            Ok(redirect(format!("{}import/{id}/", registered.url())))
        }
        Err(Error::BadRequest(text)) => show_form(&request, registered, chosen, text),
        Err(error) => Err(error),
    }
}

/// Returns the import of this user with this primary key.
async fn own_import(
    request: &AdminRequest,
    registered: &RegisteredModel,
    id: &str,
) -> Result<Import> {
    let id: i64 = id.parse().map_err(|_| Error::NotFound)?;
    let found = request.db.run(move |conn| rows::find(conn, id)).await?;
    let import = found
        .filter(|import| import.user_id == request.user.id)
        .filter(|import| import.model == registered.model.label())
        .ok_or(Error::NotFound)?;
    if !import.is_waiting() {
        return Ok(import);
    }

    let is_lost = {
        let import = import.clone();
        let job = move |conn: &mut Conn| ended::problem(conn, &import);
        request.db.run(job).await?.is_some()
    };
    if !is_lost {
        return Ok(import);
    }
    let found = request
        .db
        .atomic(move |conn| ended::settle(conn, &import))
        .await?;
    found.ok_or(Error::NotFound)
}

/// `GET /admin/catalog/product/import/7/`
pub(super) async fn import(
    request: AdminRequest,
    place: Path<(String, String, String)>,
) -> Result<HttpResponse> {
    let registered = importable(&request, &place.0, &place.1)?;
    let import = own_import(&request, registered, &place.2).await?;
    show(&request, registered, import, String::new()).await
}

async fn show(
    request: &AdminRequest,
    registered: &'static RegisteredModel,
    import: Import,
    error: String,
) -> Result<HttpResponse> {
    let (id, task_id) = (import.id, import.task_id);
    let (wrong, task) = request
        .db
        .run(move |conn| {
            let wrong = rows::wrong(conn, id, SHOWN)?;
            let task = task_id.and_then(|id| TaskResult::get(conn, id).ok());
            Ok((wrong, task))
        })
        .await?;
    let model = registered.model;
    let header: Vec<String> = serde_json::from_str(&import.header).unwrap_or_default();
    let names: Vec<String> = serde_json::from_str(&import.mapping).unwrap_or_default();
    let mapping = header
        .into_iter()
        .zip(names.into_iter().chain(std::iter::repeat(String::new())));
    let mapping = mapping.map(|(name, target)| MappedColumn { name, target });

    let mut crumbs = request.crumbs(registered);
    let new_url = format!("{}import/", registered.url());
    crumbs.push(Crumb::new("Import", &new_url));
    crumbs.push(Crumb::new(&import.file_name, ""));
    let title = format!("Import {}", bidi::isolated(&import.file_name));
    let page = ImportPage {
        frame: request.frame(title, crumbs),
        model,
        many: model.verbose_name_plural.clone(),
        list_url: registered.url(),
        new_url,
        error,
        mapping: mapping.collect(),
        targets: targets(registered, &request.actor())
            .iter()
            .map(|column| column.labelled())
            .collect(),
        wrong: wrong
            .iter()
            .flat_map(|row| wrong_rows(registered, row))
            .collect(),
        sample: serde_json::from_str(&import.sample).unwrap_or_default(),
        last_error: task
            .as_ref()
            .filter(|task| task.status() == TaskStatus::Ready)
            .map_or_else(String::new, |task| task.error.clone()),
        progress: task.and_then(|task| task.present_progress(&request.settings)),
        import,
    };
    Ok(render(&page)?.respond_to(&request.http))
}

fn wrong_rows(registered: &'static RegisteredModel, row: &StagedRow) -> Vec<WrongRow> {
    let errors: Vec<RowError> = serde_json::from_str(&row.errors).unwrap_or_default();
    let label = |name: &str| {
        let column = registered.model.field(name).map(|field| field.label());
        let many = || registered.model.many(name).map(|many| many.label());
        match column.or_else(many) {
            Some(label) => format!("{label} ({name})"),
            None => "Whole row".to_owned(),
        }
    };
    errors
        .into_iter()
        .map(|error| WrongRow {
            line: row.line,
            field: label(&error.field),
            text: error.text,
        })
        .collect()
}

/// `POST /admin/catalog/product/import/7/`: cancels or deletes the import, checks its rows again, or starts it.
pub(super) async fn import_post(
    request: AdminRequest,
    place: Path<(String, String, String)>,
    data: PostData,
) -> Result<HttpResponse> {
    let registered = importable(&request, &place.0, &place.1)?;
    let import = own_import(&request, registered, &place.2).await?;
    let here = redirect(request.http.path());
    if data.fields.get("cancel").is_some() {
        cancel(&request, &import).await?;
        return Ok(here);
    }
    if data.fields.get("delete").is_some() && !import.is_waiting() {
        let id = import.id;
        on_own_connection(&request, move |conn, _| rows::delete(conn, id)).await?;
        request.messages.success("The import was deleted.");
        return Ok(redirect(format!("{}import/", registered.url())));
    }
    let is_open = import.state == state::CHECKED;
    if data.fields.get("again").is_some() && (is_open || may_check_again(&import)) {
        let names = serde_json::from_str(&import.mapping).unwrap_or_default();
        check_again(&request, import, names).await?;
        return Ok(here);
    }
    if !is_open {
        return Ok(here);
    }

    let old: Vec<String> = serde_json::from_str(&import.mapping).unwrap_or_default();
    let names: Vec<String> = (0..old.len())
        .map(|at| data.get(&format!("map-{at}")).to_owned())
        .collect();
    let has_mapping = data.fields.iter().any(|(name, _)| name.starts_with("map-"));
    if has_mapping && names != old {
        if let Err(error) = mapped(registered, &request.actor(), &names) {
            return show(&request, registered, import, error).await;
        }
        check_again(&request, import, names).await?;
        return Ok(here);
    }
    if data.get("confirm") != "yes" {
        check_again(&request, import, old).await?;
        return Ok(here);
    }
    let is_partial = data.get("partial") == "yes";
    if import.wrong_rows > 0 && !is_partial {
        let error = "Nothing was imported, because some rows are wrong. Correct the file, or import only the right rows.";
        return show(&request, registered, import, error.to_owned()).await;
    }
    confirm(&request, registered, &import, is_partial).await?;
    Ok(here)
}

/// Whether the rows of an import that is not open may be checked again: nothing was written, and no task works on it.
fn may_check_again(import: &Import) -> bool {
    import.has_ended_without_rows() || import.is_checked_by_request()
}

async fn confirm(
    request: &AdminRequest,
    registered: &RegisteredModel,
    import: &Import,
    is_partial: bool,
) -> Result<()> {
    let (id, user_id, import) = (import.id, request.user.id, import.clone());
    request
        .db
        .atomic(move |conn| {
            // A second click changes nothing.
            if rows::move_to(conn, &import, &[state::CHECKED], state::RUNNING, "")? {
                let id = import.id;
                let arguments = Arguments {
                    import: id,
                    only_check: false,
                };
                let task = TASK.user(user_id).enqueue(conn, arguments)?;
                rows::start(conn, id, task.id, is_partial)?;
            }
            Ok(())
        })
        .await?;
    audit::about(
        &request.http,
        Level::Info,
        "import_confirmed",
        &request.user.username,
        &[("model", &registered.model.label()), ("import", &id)],
    );
    Ok(())
}

async fn cancel(request: &AdminRequest, import: &Import) -> Result<()> {
    let (import, settings) = (import.clone(), request.settings.clone());
    // A worker that writes the rows into SQLite lets nobody else write: a file tells it to stop.
    let notice = CancelNotice::post(&settings, import.id);
    let is_cancelled = request
        .db
        .atomic(move |conn| {
            let open = [state::CHECKING, state::CHECKED, state::RUNNING];
            let is_moved = rows::move_to(conn, &import, &open, state::CANCELLED, "")?;
            // The worker has noticed it first.
            Ok(is_moved
                || rows::find(conn, import.id)?.is_some_and(|now| now.state == state::CANCELLED))
        })
        .await?;
    drop(notice);
    if is_cancelled {
        request
            .messages
            .success("The import was cancelled. Nothing was imported.");
    }
    Ok(())
}
