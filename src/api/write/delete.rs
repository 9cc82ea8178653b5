//! Deletes rows, unless others protect them.

use actix_web::http::StatusCode;
use actix_web::web;

use super::target::Target;
use crate::admin::AdminSite;
use crate::api::answer::Written;
use crate::api::idempotency::IdempotencyKey;
use crate::api::model::ApiModel;
use crate::api::rows;
use crate::db::Conn;
use crate::error::{Error, Problem, Result};
use crate::models::{ByDatabase, Collector, Obstacle, Preview, Query};
use crate::records::{self, Actor, Writer};
use crate::settings::Settings;

/// The most rows of each kind that an error names.
const NAMED: i64 = 100;

/// A request that deletes a row.
pub(super) struct Deleter {
    pub(super) model: &'static ApiModel,
    pub(super) site: &'static AdminSite,
    pub(super) actor: Actor,
    pub(super) settings: web::Data<Settings>,
    pub(super) target: Target,
    pub(super) key: Option<IdempotencyKey>,
}

impl Deleter {
    /// Deletes the row, and returns the answer.
    pub(super) fn run(&self, conn: &mut Conn) -> Result<Written> {
        let deleted = records::atomic(conn, &self.actor, &self.settings, |conn, writer| {
            IdempotencyKey::once(self.key.as_ref(), conn, |conn| {
                self.delete(conn, writer)?;
                Ok(Written::deleted())
            })
        });
        deleted.map_err(|error| {
            if error.is_foreign_key_violation() {
                conflict("Other rows refer to this row meanwhile.".to_owned())
            } else {
                error
            }
        })
    }

    fn delete(&self, conn: &mut Conn, writer: &mut Writer<'_>) -> Result<()> {
        let record = self
            .target
            .locked(conn, self.model, &self.actor, "delete")?;
        if self.target.if_match.is_some() {
            let row = rows::current(conn, self.model, &record)?;
            self.target.check_match(&row.etag())?;
        }

        let row = Query::new(self.model.meta()).with_pks(vec![record.pk().clone()]);
        let collector = Collector::new(row.clone());
        let preview = collector.preview(conn, NAMED)?;
        self.must_be_free(&preview)?;
        self.must_be_allowed(conn, &collector, &preview)?;
        writer.delete(conn, self.model.policy(), row)?;
        Ok(())
    }

    /// Returns an error that names the rows that protect the row.
    fn must_be_free(&self, preview: &Preview) -> Result<()> {
        let mut named: Vec<String> = Vec::new();
        for obstacle in &preview.obstacles {
            named.extend(self.names(obstacle));
        }
        let undescribed = preview.undescribed.iter();
        let refusing = undescribed.filter(|rows| rows.effect == ByDatabase::Refuses);
        named.extend(refusing.map(|rows| format!("{} rows of {}", rows.count, rows.table)));
        if named.is_empty() {
            return Ok(());
        }

        let mut problem = Problem::new(
            StatusCode::CONFLICT,
            format!(
                "The row cannot be deleted, because others protect it: {}.",
                named.join(", ")
            ),
        );
        for name in named {
            problem.push("", name);
        }
        Err(problem.into())
    }

    /// Returns the names of protecting rows, or only their number if the user may not see them.
    fn names(&self, obstacle: &Obstacle) -> Vec<String> {
        let model = obstacle.key.model;
        let policy = self.site.policy(model);
        let may_view = policy.may(&self.actor.permissions, "view", None);
        let shown = obstacle.rows.iter().filter(|_| may_view);
        let mut names: Vec<String> = shown
            .map(|(_, name)| format!("{} “{name}”", model.verbose_name))
            .collect();

        let rest = obstacle.count - i64::try_from(names.len()).unwrap_or_default();
        if rest > 0 {
            names.push(format!("{rest} {}", model.counted(rest)));
        }
        names
    }

    /// Returns an error unless the user may delete all rows that would go with the row.
    fn must_be_allowed(
        &self,
        conn: &mut Conn,
        collector: &Collector,
        preview: &Preview,
    ) -> Result<()> {
        let permissions = &self.actor.permissions;
        let models = self
            .site
            .not_deletable(conn, permissions, collector, preview)?;
        let Some(model) = models.first() else {
            return Ok(());
        };
        let kinds = &model.verbose_name_plural;
        let text =
            format!("You do not have permission to delete {kinds}, which would go with the row.");
        Err(Problem::new(StatusCode::FORBIDDEN, text).into())
    }
}

fn conflict(text: String) -> Error {
    Problem::new(StatusCode::CONFLICT, text).into()
}
