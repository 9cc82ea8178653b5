//! Stores the rows of an uploaded file, and checks them.

use actix_web::web;

use super::Chosen;
use super::file;
use super::plan::suggested;
use super::rows::{self, Import, StagedRow, state};
use super::run::{self, Arguments, TASK, Worker};
use crate::admin::{Actor, AdminRequest, AdminSite, RegisteredModel};
use crate::db::{Conn, Limits};
use crate::error::{Error, Result};
use crate::http::UploadedFile;
use crate::logging::Context;
use crate::settings::Settings;

/// The largest number of rows that a request checks itself; a task checks more.
const CHECKED_AT_ONCE: i64 = 2000;
/// Number of rows that are stored at once.
const STORED: usize = 500;

/// Runs `work` on a thread of its own with a connection of its own, which no other request waits for.
pub(super) async fn on_own_connection<T: Send + 'static>(
    request: &AdminRequest,
    work: impl FnOnce(&mut Conn, &Settings) -> Result<T> + Send + 'static,
) -> Result<T> {
    let (settings, context) = (request.settings.clone(), Context::current());
    #[expect(
        clippy::disallowed_methods,
        reason = "the connection belongs to this thread, and reading a file takes long"
    )]
    let done = web::block(move || {
        Context::enter(context, || {
            let mut conn = Conn::open(&settings.database_url, Limits::NONE)?;
            work(&mut conn, &settings)
        })
    });
    done.await.unwrap_or_else(|_| {
        Err(Error::Panicked(
            "the thread of an import has ended".to_owned(),
        ))
    })
}

/// An uploaded file, and what the user has chosen for it.
pub(super) struct Staged {
    pub(super) registered: &'static RegisteredModel,
    pub(super) site: &'static AdminSite,
    pub(super) actor: Actor,
    pub(super) file: UploadedFile,
    pub(super) chosen: Chosen,
}

impl Staged {
    /// Stores the rows of the file, and checks them. Returns the primary key of the import.
    pub(super) fn store(&self, conn: &mut Conn, settings: &Settings) -> Result<i64> {
        let name: String = self.file.name.chars().take(255).collect();
        let id = rows::insert(
            conn,
            &rows::NewImport {
                user_id: self.actor.user.id,
                model: &self.registered.model.label(),
                file_name: &name,
                key: &self.chosen.key,
                mode: &self.chosen.mode,
            },
        )?;
        match self.store_rows(conn, settings, id) {
            Ok(()) => Ok(id),
            Err(error) => {
                rows::delete(conn, id)?;
                Err(error)
            }
        }
    }

    fn store_rows(&self, conn: &mut Conn, settings: &Settings, id: i64) -> Result<()> {
        let (mut waiting, mut total) = (Vec::with_capacity(STORED), 0);
        let header = file::read(
            self.file.path(),
            &self.chosen.format,
            &self.chosen.encoding,
            &mut |row: file::FileRow| {
                total += 1;
                waiting.push(StagedRow {
                    import_id: id,
                    number: total,
                    line: row.line,
                    cells: serde_json::to_string(&row.cells).map_err(std::io::Error::other)?,
                    is_ragged: row.is_ragged,
                    errors: String::new(),
                });
                if waiting.len() >= STORED {
                    rows::insert_rows(conn, &waiting)?;
                    waiting.clear();
                }
                Ok(())
            },
        )?;
        rows::insert_rows(conn, &waiting)?;
        if total == 0 {
            return Err(Error::BadRequest(
                "The file has no rows below its header.".to_owned(),
            ));
        }

        let mapping = suggested(self.registered, &self.actor, &header);
        rows::describe(conn, id, &header, &mapping, total)?;
        let Some(import) = rows::find(conn, id)? else {
            return Err(Error::NotFound);
        };
        check_now_or_later(conn, self.site, &import, &self.actor, settings)
    }
}

/// Stores the mapping, and checks the rows again.
pub(super) async fn check_again(
    request: &AdminRequest,
    import: Import,
    names: Vec<String>,
) -> Result<()> {
    let (site, actor) = (request.site, request.actor());
    on_own_connection(request, move |conn, settings| {
        let header: Vec<String> = serde_json::from_str(&import.header).unwrap_or_default();
        let open = [
            state::CHECKED,
            state::FAILED,
            state::CANCELLED,
            // A request that was interrupted.
            state::CHECKING,
        ];
        let begun = conn.atomic(|conn| {
            if !rows::move_to(conn, &import, &open, state::CHECKING, "")? {
                return Ok(None);
            }
            rows::forget_task(conn, import.id)?;
            rows::describe(conn, import.id, &header, &names, import.total)?;
            rows::find(conn, import.id)
        })?;
        let Some(import) = begun else {
            return Ok(());
        };

        let checked = check_now_or_later(conn, site, &import, &actor, settings);
        if let Err(error) = checked {
            log::error!(target: "nuages.admin", "the check of import {} has failed: {error}", import.id);
            let text = match error {
                Error::BadRequest(text) => text,
                error => format!("The rows could not be checked: {error}"),
            };
            rows::move_to(conn, &import, &[state::CHECKING], state::FAILED, &text)?;
        }
        Ok(())
    })
    .await
}

/// Checks the rows of a small file at once; a task checks those of a large one.
fn check_now_or_later(
    conn: &mut Conn,
    site: &'static AdminSite,
    import: &Import,
    actor: &Actor,
    settings: &Settings,
) -> Result<()> {
    if import.total > CHECKED_AT_ONCE {
        return conn.atomic(|conn| {
            let arguments = Arguments {
                import: import.id,
                only_check: true,
            };
            let task = TASK.user(actor.user.id).enqueue(conn, arguments)?;
            rows::start(conn, import.id, task.id, false)
        });
    }
    let plan = run::plan(site, import, actor, settings).map_err(Error::BadRequest)?;
    run::dry_run(&mut Worker::Request(conn), &plan, import)?;
    Ok(())
}
