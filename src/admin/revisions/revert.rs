//! Reverts one change of a row: `R history/<entry>/revert/`.

use actix_web::web::Path;
use actix_web::{HttpResponse, Responder as _};
use askama::Template;
use chrono_tz::Tz;

use super::difference::{Difference, Names};
use super::plan::{Later, Plan, checked, label_of};
use super::restore::{LostRow, Obstacle, Restoration};
use crate::admin::change_form::VisibleFields;
use crate::admin::frame::{Crumb, Frame};
use crate::admin::{Actor, AdminRequest, AdminSite, RegisteredModel, unquote};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::forms::model::Violation;
use crate::http::{PostData, redirect, render};
use crate::messages::Level;
use crate::models::{Query, Record, bidi};
use crate::records::history::HistoryEntry;
use crate::records::{self, Done, Flag, Writer};
use crate::settings::Settings;
use crate::signing::hex;

#[derive(Template)]
#[template(path = "admin/revert.html")]
struct Page {
    frame: Frame,
    shown: Shown,
    history_url: String,
}

/// The effect of reverting a change, for the page.
#[derive(Debug, Default)]
struct Shown {
    fields: Vec<ShownField>,
    /// The effect on rows inside the form of the row.
    parts: Vec<ShownPart>,
    /// The labels of fields that keep their values.
    fixed: Vec<String>,
    errors: Vec<(String, String)>,
    /// A hash of the later changes that the page shows; "" without later changes.
    seen: String,
}

#[derive(Debug)]
struct ShownField {
    difference: Difference,
    /// Whether the field was changed again later.
    is_later: bool,
}

#[derive(Debug)]
struct ShownPart {
    what: String,
    differences: Vec<Difference>,
}

/// The result of a request.
enum Outcome {
    Missing,
    /// The change cannot be reverted, for example because the entry is about an addition.
    NotFound,
    Shown(String, Box<Shown>),
    Reverted(String),
    /// Nothing would change.
    Nothing(String),
    /// The database refuses the values, because somebody has just saved something else.
    Refused(String),
}

/// A change that is to be reverted.
struct Revert {
    site: &'static AdminSite,
    registered: &'static RegisteredModel,
    actor: Actor,
    settings: actix_web::web::Data<Settings>,
    rows: Query,
    entry: i64,
    is_confirmed: bool,
    seen: String,
}

type Place = Path<(String, String, String, String)>;

/// `GET /admin/catalog/product/7/history/12/revert/`
pub(in crate::admin) async fn revert_form(
    request: AdminRequest,
    place: Place,
) -> Result<HttpResponse> {
    answer(request, place, PostData::default()).await
}

/// `POST /admin/catalog/product/7/history/12/revert/`
pub(in crate::admin) async fn revert(
    request: AdminRequest,
    place: Place,
    data: PostData,
) -> Result<HttpResponse> {
    answer(request, place, data).await
}

async fn answer(request: AdminRequest, place: Place, data: PostData) -> Result<HttpResponse> {
    let (app, model, part, entry) = place.into_inner();
    let registered = request.model(&app, &model)?;
    request.must(registered, "change", None)?;
    let entry: i64 = entry.parse().map_err(|_| Error::NotFound)?;
    let Some(rows) = request.row(registered, &part) else {
        return Ok(request.missing(registered, &part));
    };

    let job = Revert {
        site: request.site,
        registered,
        actor: request.actor(),
        settings: request.settings.clone(),
        rows,
        entry,
        is_confirmed: !data.get("post").is_empty(),
        seen: data.get("seen").to_owned(),
    };
    let outcome = if job.is_confirmed {
        request.db.write(move |conn| job.run(conn)).await?
    } else {
        request.db.run(move |conn| job.look(conn)).await?
    };

    let history_url = registered.object_url(&unquote(&part), "history");
    match outcome {
        Outcome::Missing => Ok(request.missing(registered, &part)),
        Outcome::NotFound => Err(Error::NotFound),
        Outcome::Reverted(name) => {
            request.messages.success(format!(
                "The {} “{name}” has the values of before again.",
                registered.model.verbose_name
            ));
            Ok(redirect(history_url))
        }
        Outcome::Nothing(name) => {
            let text = format!("“{name}” already has the values of before: nothing was changed.");
            request.messages.add(Level::INFO, text);
            Ok(redirect(history_url))
        }
        Outcome::Refused(text) => {
            let text = format!("Nothing was changed. {text}");
            request.messages.add(Level::ERROR, text);
            Ok(redirect(history_url))
        }
        Outcome::Shown(name, shown) => page(&request, registered, &part, &name, *shown),
    }
}

fn page(
    request: &AdminRequest,
    registered: &'static RegisteredModel,
    part: &str,
    name: &str,
    shown: Shown,
) -> Result<HttpResponse> {
    let pk = unquote(part);
    let history_url = registered.object_url(&pk, "history");
    let mut crumbs = request.crumbs(registered);
    crumbs.extend([
        Crumb::new(name, registered.object_url(&pk, "change")),
        Crumb::new("History", &history_url),
        Crumb::new("Revert", ""),
    ]);
    let frame = request.frame(format!("Revert a change: {}", bidi::isolated(name)), crumbs);
    let page = Page {
        frame,
        shown,
        history_url,
    };
    Ok(render(&page)?.respond_to(&request.http))
}

/// A change of a row and of the rows inside its form, ready to be reverted.
struct Prepared {
    plan: Plan,
    name: String,
    labels: Vec<String>,
    /// Rows inside the form that were changed.
    changed: Vec<Plan>,
    /// Rows inside the form that were added.
    added: Vec<Record>,
    /// Rows inside the form that were deleted.
    deleted: Vec<LostRow>,
    shown: Shown,
}

impl Revert {
    fn zone(&self) -> Tz {
        self.settings.time_zone
    }

    fn look(&self, conn: &mut Conn) -> Result<Outcome> {
        let row = self.rows.first_named(conn)?;
        match self.prepare(conn, row)? {
            Ok(prepared) if prepared.is_empty() && prepared.shown.fixed.is_empty() => {
                Ok(Outcome::Nothing(prepared.name))
            }
            Ok(prepared) => Ok(Outcome::Shown(prepared.name, Box::new(prepared.shown))),
            Err(outcome) => Ok(outcome),
        }
    }

    fn run(&self, conn: &mut Conn) -> Result<Outcome> {
        let mut refused = None;
        let done = records::atomic(conn, &self.actor, &self.settings, |conn, writer| {
            let row = self.rows.locked_named(conn)?.pop();
            let mut prepared = match self.prepare(conn, row)? {
                Ok(prepared) => prepared,
                Err(outcome) => return Ok(outcome),
            };
            if prepared.is_empty() {
                return Ok(Outcome::Nothing(prepared.name));
            }
            if !prepared.shown.errors.is_empty() || prepared.shown.seen != self.seen {
                return Ok(Outcome::Shown(prepared.name, Box::new(prepared.shown)));
            }

            let obstacles = self.write(conn, writer, &prepared)?;
            if obstacles.is_empty() {
                return Ok(Outcome::Reverted(prepared.name));
            }
            let errors = obstacles.into_iter().map(|obstacle| {
                let Obstacle { row, field, error } = obstacle;
                (format!("{row} {field}").trim().to_owned(), error)
            });
            prepared.shown.errors.extend(errors);
            refused = Some(Outcome::Shown(prepared.name, Box::new(prepared.shown)));
            // Rolls back what was written.
            Err(Error::NotStored(String::new()))
        });
        match (done, refused) {
            (Err(Error::NotStored(_)), Some(refused)) => Ok(refused),
            (Err(error), _) => {
                let violation = Violation::from_error(&error).ok_or(error)?;
                Ok(Outcome::Refused(violation.text(self.registered.model)))
            }
            (done, _) => done,
        }
    }

    /// Plans the way back. Returns the outcome `Missing` if the row does not exist, and `NotFound` if the entry is not about a
    /// change of this row.
    fn prepare(
        &self,
        conn: &mut Conn,
        row: Option<(Record, String)>,
    ) -> Result<Result<Prepared, Outcome>> {
        let Some((record, name)) = row else {
            return Ok(Err(Outcome::Missing));
        };
        if !self.actor.may(self.registered, "change", Some(&record)) {
            return Err(Error::PermissionDenied);
        }
        let entry = HistoryEntry::find(conn, self.entry)?.filter(|entry| {
            let model = self.registered.model.concrete();
            let is_of_row =
                entry.model == model.label() && entry.object_id == record.pk().to_string();
            is_of_row && entry.action == 2
        });
        let Some(entry) = entry else {
            return Ok(Err(Outcome::NotFound));
        };

        let fields =
            VisibleFields::new(self.registered, &self.actor, &self.settings, Some(&record));
        let deltas = entry.deltas();
        let may_change = |name: &str| fields.may_change(name);
        let plan = Plan::new(conn, record, &deltas, &may_change, Later::Overwrite)?;
        let mut shown = Shown::default();
        if !plan.is_empty() {
            let mut forms = [plan.form(Some(&fields.limits), self.zone())];
            let policy = self.registered.policy();
            shown.errors = checked(conn, policy, &self.actor, &mut forms)?.remove(0);
        }

        let mut prepared = Prepared {
            plan,
            name,
            labels: Vec::new(),
            changed: Vec::new(),
            added: Vec::new(),
            deleted: Vec::new(),
            shown,
        };
        for part in HistoryEntry::parts_of(conn, &[self.entry])? {
            self.prepare_part(conn, part, &mut prepared)?;
        }
        self.describe(conn, &mut prepared)?;
        Ok(Ok(prepared))
    }

    fn prepare_part(
        &self,
        conn: &mut Conn,
        part: HistoryEntry,
        prepared: &mut Prepared,
    ) -> Result<()> {
        let (Some(model), Some(pk)) = (part.meta(), part.pk()) else {
            return Ok(());
        };
        let action = match part.action {
            1 => "delete",
            2 => "change",
            _ => "add",
        };
        let mut inlines = self.registered.options.inlines.iter();
        let is_allowed = match inlines.find(|inline| inline.model == model) {
            Some(inline) => self.actor.may_inside(inline, action),
            None => self
                .site
                .policy(model)
                .may(&self.actor.permissions, action, None),
        };
        if !is_allowed {
            let many = &model.verbose_name_plural;
            let error = format!("You do not have permission to {action} {many}.");
            prepared.shown.errors.push((String::new(), error));
            return Ok(());
        }

        match (part.action, Query::new(model).find(conn, pk)?) {
            (1, Some(record)) => prepared.added.push(record),
            (2, Some(record)) => {
                let fixed = self
                    .site
                    .policy(model)
                    .fixed_fields(&self.actor.user, Some(&record));
                let may_change = |name: &str| {
                    let column = model.field(name).map_or(name, |field| field.column);
                    !fixed.contains(&column)
                };
                let deltas = part.deltas();
                let plan = Plan::new(conn, record, &deltas, &may_change, Later::Overwrite)?;
                if plan.is_empty() {
                    return Ok(());
                }
                let mut forms = [plan.form(None, self.zone())];
                let errors = checked(conn, self.site.policy(model), &self.actor, &mut forms)?;
                prepared.shown.errors.extend(errors.into_iter().flatten());
                prepared.changed.push(plan);
            }
            (3, None) => prepared.deleted.push(LostRow::new(part)),
            _ => {}
        }
        Ok(())
    }

    /// Adds what the page says.
    fn describe(&self, conn: &mut Conn, prepared: &mut Prepared) -> Result<()> {
        let zone = self.zone();
        let lost = prepared.deleted.iter().flat_map(|row| &row.deltas);
        let changed = prepared.changed.iter().flat_map(|plan| &plan.deltas);
        let all = prepared.plan.deltas.iter().chain(changed).chain(lost);
        let names = Names::load(conn, all)?;

        let label = label_of(self.registered);
        let plan = &prepared.plan;
        let differences = plan.differences(&names, zone, &label);
        let is_later = |name: &String| plan.later.contains(name);
        prepared.labels = differences.iter().map(|one| one.label.clone()).collect();
        let fields = plan.deltas.iter().zip(differences);
        prepared.shown.fields = fields
            .map(|(delta, difference)| ShownField {
                is_later: is_later(&delta.name),
                difference,
            })
            .collect();
        let fixed = plan.fixed.iter();
        prepared.shown.fixed = fixed
            .map(|name| label(name).unwrap_or_else(|| name.clone()))
            .collect();

        let mut parts = Vec::new();
        for plan in &prepared.changed {
            let name = plan.record.name(conn)?;
            parts.push(ShownPart {
                what: format!("Change the {} “{name}”", plan.record.model.verbose_name),
                differences: plan.differences(&names, zone, &|_| None),
            });
        }
        for record in &prepared.added {
            let name = record.name(conn)?;
            parts.push(ShownPart {
                what: format!("Delete the {} “{name}”", record.model.verbose_name),
                differences: Vec::new(),
            });
        }
        for row in &prepared.deleted {
            let one = row.entry.meta().map(|model| model.verbose_name.as_str());
            let differences = row.deltas.iter();
            let differences =
                differences.map(|delta| Difference::new(delta, &names, zone, &|_| None));
            parts.push(ShownPart {
                what: format!(
                    "Add the {} {} again",
                    one.unwrap_or_default(),
                    row.entry.object_id
                ),
                differences: differences.map(Difference::turned).collect(),
            });
        }
        prepared.shown.parts = parts;
        let later = plan.deltas.iter().filter(|delta| is_later(&delta.name));
        let later: Vec<String> = later.map(|delta| format!("{delta:?}")).collect();
        prepared.shown.seen = if later.is_empty() {
            String::new()
        } else {
            digest(&later.join("\n"))
        };
        Ok(())
    }

    /// Writes the values of before. Returns the obstacles.
    fn write(
        &self,
        conn: &mut Conn,
        writer: &mut Writer<'_>,
        prepared: &Prepared,
    ) -> Result<Vec<Obstacle>> {
        let Prepared {
            plan,
            labels,
            changed,
            added,
            deleted,
            ..
        } = prepared;
        let record = writer.save(conn, self.registered.policy(), plan.change())?;
        let mut done = Vec::new();
        if !labels.is_empty() {
            done.push(Done::Changed(labels.clone()));
        }

        for plan in changed {
            let policy = self.site.policy(plan.record.model);
            let saved = writer.save(conn, policy, plan.change())?;
            let labels = plan.differences(&Names::default(), self.zone(), &|_| None);
            let labels = labels.into_iter().map(|one| one.label).collect();
            let one = saved.model.verbose_name.clone();
            done.push(Done::RowChanged(one, saved.name(conn)?, labels));
        }
        for record in added {
            let (one, name) = (record.model.verbose_name.clone(), record.name(conn)?);
            writer.delete_parts(conn, self.site.policy(record.model), &[record])?;
            done.push(Done::RowDeleted(one, name));
        }
        let restoration = Restoration {
            site: self.site,
            actor: &self.actor,
            zone: self.zone(),
        };
        let obstacles = restoration.run(conn, writer, deleted)?;
        for row in deleted {
            if let Some((model, pk)) = row.entry.meta().zip(row.entry.pk()) {
                let rows = Query::new(model).with_pks(vec![pk]).order_by(Vec::new());
                let name = rows.named(conn, Some(1), 0)?.pop();
                let name = name.map(|(_, name)| name).unwrap_or_default();
                done.push(Done::RowAdded(model.verbose_name.clone(), name));
            }
        }

        let name = record.name(conn)?;
        writer.log(&record, name, Flag::Change, &done);
        Ok(obstacles)
    }
}

impl Prepared {
    fn is_empty(&self) -> bool {
        self.plan.is_empty()
            && self.changed.is_empty()
            && self.added.is_empty()
            && self.deleted.is_empty()
            && self.shown.errors.is_empty()
    }
}

/// Returns the beginning of the SHA-256 of a text, in hexadecimal digits.
fn digest(text: &str) -> String {
    use sha2::{Digest as _, Sha256};
    hex(&Sha256::digest(text.as_bytes())[..12])
}
