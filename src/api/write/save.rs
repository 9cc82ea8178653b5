//! Adds and changes rows, in one transaction with the history.

use actix_web::http::StatusCode;
use actix_web::web;
use serde_json::{Map, Value as Json};

use super::body::Sent;
use super::form::{Before, BoundBody, bind};
use super::target::Target;
use crate::api::answer::Written;
use crate::api::idempotency::IdempotencyKey;
use crate::api::model::ApiModel;
use crate::api::rows;
use crate::db::Conn;
use crate::error::{Error, Problem, Result};
use crate::forms::model::{Violation, check};
use crate::models::Record;
use crate::python::quote_all;
use crate::records::{self, Actor, Done, Flag, Saving, Writer};
use crate::settings::Settings;

/// A request that adds a row or changes one.
pub(super) struct Saver {
    pub(super) model: &'static ApiModel,
    pub(super) actor: Actor,
    pub(super) settings: web::Data<Settings>,
    pub(super) sent: Sent,
    /// The row that is changed; `None` for a new row.
    pub(super) target: Option<Target>,
    pub(super) key: Option<IdempotencyKey>,
}

impl Saver {
    /// Saves the row, and returns the answer.
    pub(super) fn run(&self, conn: &mut Conn) -> Result<Written> {
        // The form survives a rollback, because its fields may have to be named.
        let mut kept = None;
        let saved = records::atomic(conn, &self.actor, &self.settings, |conn, writer| {
            IdempotencyKey::once(self.key.as_ref(), conn, |conn| {
                self.save(conn, writer, &mut kept)
            })
        });

        match (saved, kept) {
            // The database refuses what was valid a moment ago.
            (Err(error), Some(body)) => Err(self.refused_by_database(conn, error, body)?),
            (saved, _) => saved,
        }
    }

    fn save(
        &self,
        conn: &mut Conn,
        writer: &mut Writer<'_>,
        kept: &mut Option<BoundBody>,
    ) -> Result<Written> {
        let before = match &self.target {
            Some(target) => Some(self.before(conn, target)?),
            None => None,
        };
        let body = bind(
            conn,
            self.model,
            &self.actor,
            &self.settings,
            before.as_ref(),
            &self.sent,
        )?;
        let body = kept.insert(body);
        self.check(conn, body)?;
        if !body.is_valid() {
            let body = kept.take().map(BoundBody::into_problem);
            return Err(body.unwrap_or_else(Problem::invalid).into());
        }
        self.write(conn, writer, body)
    }

    /// Locks the row, and checks the permission and `If-Match`.
    fn before(&self, conn: &mut Conn, target: &Target) -> Result<Before> {
        let record = target.locked(conn, self.model, &self.actor, "change")?;
        let row = rows::current(conn, self.model, &record)?;
        target.check_match(&row.etag())?;

        let json: Map<String, Json> =
            serde_json::from_str(&row.json).map_err(std::io::Error::other)?;
        Ok(Before { record, json })
    }

    /// Validates the form against the database and the author's rules.
    fn check(&self, conn: &mut Conn, body: &mut BoundBody) -> Result<()> {
        let policy = self.model.policy();
        check(conn, &mut [&mut body.form])?;
        policy.clean_form(&mut body.form);
        policy.check_form(conn, &mut body.form, &self.actor)
    }

    /// Writes files, the row, its links and the history.
    fn write(
        &self,
        conn: &mut Conn,
        writer: &mut Writer<'_>,
        body: &mut BoundBody,
    ) -> Result<Written> {
        let options = &self.model.registered.options;
        writer.store_files(&mut body.form, false)?;
        let form = &body.form;
        let record = writer.save_form(conn, self.model.policy(), form)?;
        if let Some(save_related) = options.request.save_related {
            let saving = Saving {
                before: (!form.adding).then_some(&form.record),
                created: form.adding,
                user: Some(&self.actor.user),
                settings: &self.settings,
            };
            save_related(conn, &record, &saving)?;
        }

        let labels: Vec<String> = form
            .changed()
            .map(|bound| options.label(bound.field))
            .collect();
        let (flag, done) = match (form.adding, labels.is_empty()) {
            (true, _) => (Flag::Addition, vec![Done::Added]),
            (false, true) => (Flag::Change, Vec::new()),
            (false, false) => (Flag::Change, vec![Done::Changed(labels)]),
        };
        let name = record.name(conn)?;
        writer.log(&record, name, flag, &done);
        self.answer(conn, &record, form.adding)
    }

    /// Returns the answer with the row as the database has it now.
    fn answer(&self, conn: &mut Conn, record: &Record, is_new: bool) -> Result<Written> {
        let row = rows::current(conn, self.model, record)?;
        let (status, location) = if is_new {
            let pk = record.pk().text();
            let path = format!("{}{}/", self.model.path, quote_all(&pk));
            (StatusCode::CREATED, path)
        } else {
            (StatusCode::OK, String::new())
        };
        Ok(Written {
            status: status.as_u16(),
            etag: row.etag(),
            json: row.json,
            location,
        })
    }

    /// Returns the errors of the fields if the database refused the row, such as for a value that another request has taken
    /// meanwhile.
    fn refused_by_database(
        &self,
        conn: &mut Conn,
        error: Error,
        mut body: BoundBody,
    ) -> Result<Error> {
        if let Error::NotStored(_) = error {
            return Ok(body.into_problem().into());
        }
        let violation = Violation::of_constraint(&error);
        let Some(violation) = violation.filter(|it| it.is_of(self.model.meta().table)) else {
            return Ok(error);
        };
        violation
            .with_columns(conn, self.model.meta())?
            .tell(&mut body.form);
        Ok(body.into_problem().into())
    }
}
