//! Deletes rows, after a preview of dependent rows and of rows that forbid the deletion.

mod consequences;
mod one;
mod permissions;
mod selected;

pub(super) use consequences::{Consequences, Step};
pub(super) use one::{delete, delete_form};
pub(super) use selected::{Selected, delete_selected};

use actix_web::web;

use super::{Actor, AdminRequest, AdminSite, RegisteredModel};
use crate::db::{Conn, Db};
use crate::error::Result;
use crate::forms::model::Violation;
use crate::models::{Collector, Query};
use crate::records::{self, Writer};
use crate::settings::Settings;

/// Number of rows of each kind that a page lists.
const NAMED: i64 = 100;

/// A deletion with its user.
#[derive(Clone)]
struct Deletion {
    site: &'static AdminSite,
    registered: &'static RegisteredModel,
    actor: Actor,
    settings: web::Data<Settings>,
    rows: Query,
    /// The query that keeps the filters of the list, for links to rows of the same model.
    filters: String,
}

/// The result of a deletion.
enum Outcome {
    /// There are no rows to delete.
    Nothing,
    /// Nothing was deleted, because the deletion was not confirmed or is forbidden.
    Asked(Consequences),
    /// The deletion was confirmed, but the user does not have the permission.
    Denied,
    /// The database refused the deletion, with this text.
    Refused(String),
    /// This number of rows of the model were deleted.
    Deleted(usize),
}

impl Deletion {
    /// Creates the deletion of `rows` of `registered` by the user of the request.
    fn new(request: &AdminRequest, registered: &'static RegisteredModel, rows: Query) -> Self {
        Self {
            site: request.site,
            registered,
            actor: request.actor(),
            settings: request.settings.clone(),
            rows,
            filters: request.keeping_filters(registered, ""),
        }
    }

    /// Returns a preview; or, if `confirmed` and not forbidden, deletes the rows and writes log
    /// entries in one transaction.
    async fn carry_out(self, db: &Db, confirmed: bool) -> Result<Outcome> {
        let again = self.clone();
        if !confirmed {
            return db.run(move |conn| self.look(conn)).await;
        }
        let job = move |conn: &mut Conn| {
            records::atomic(conn, &self.actor, &self.settings, |conn, writer| {
                self.delete(conn, writer)
            })
        };
        match db.write(job).await {
            // Another row now refers to a deleted row, or a table that no model describes does.
            Err(error) if error.is_foreign_key_violation() => {
                let outcome = db.run(move |conn| again.look(conn)).await?;
                Ok(match outcome {
                    Outcome::Asked(mut shown) => {
                        shown.is_held_elsewhere = !shown.is_held();
                        Outcome::Asked(shown)
                    }
                    outcome => outcome,
                })
            }
            Err(error) => {
                let violation = Violation::from_error(&error).ok_or(error)?;
                Ok(Outcome::Refused(violation.text(again.registered.model)))
            }
            outcome => outcome,
        }
    }

    fn look(&self, conn: &mut Conn) -> Result<Outcome> {
        let collector = Collector::new(self.rows.clone());
        let preview = collector.preview(conn, NAMED)?;
        if preview.counts.is_empty() {
            return Ok(Outcome::Nothing);
        }
        Ok(Outcome::Asked(Consequences::new(
            conn, self, &collector, preview,
        )?))
    }

    fn delete(&self, conn: &mut Conn, writer: &mut Writer<'_>) -> Result<Outcome> {
        let shown = match self.look(conn)? {
            Outcome::Asked(shown) if !shown.is_held() => shown,
            outcome => return Ok(outcome),
        };
        if !shown.lacking.is_empty() {
            return Ok(Outcome::Denied);
        }
        let (model, user) = (self.registered.model, &self.actor.user);
        let deleted = writer.delete(conn, self.registered.policy(), self.rows.clone())?;
        log::info!(
            target: "nuages.admin",
            "{} deleted {} of {}, {} rows in all", user.username, deleted.roots, model.label(), deleted.rows
        );
        Ok(Outcome::Deleted(deleted.roots))
    }
}
