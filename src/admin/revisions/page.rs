//! All that happened to a row, oldest first, with the values before and after.

use actix_web::web::Path;
use actix_web::{HttpResponse, Responder as _};
use askama::Template;

use super::difference::{Difference, Names};
use super::plan::label_of;
use super::timeline::{Moment, Timeline, ValuedEntry};
use crate::admin::change_form::VisibleFields;
use crate::admin::frame::{Crumb, Frame};
use crate::admin::history::{ActKind, ActTime, full_name, sentence};
use crate::admin::{AdminRequest, RegisteredModel, unquote};
use crate::db::Paginator;
use crate::error::Result;
use crate::http::render;
use crate::models::bidi;
use crate::records::history::{Delta, FieldDelta};

/// Number of actions on one page.
const PER_PAGE: i64 = 100;

#[derive(Template)]
#[template(path = "admin/object_history.html")]
struct ObjectHistory {
    frame: Frame,
    entries: Vec<Entry>,
    paginator: Paginator,
    number: i64,
    /// Parameters for the links to other pages, such as `&_changelist_filters=p%3D2`.
    page_query: String,
}

/// An action on the row.
struct Entry {
    time: ActTime,
    /// `clerk (Clara Kerr)`
    user: String,
    kind: ActKind,
    /// The description of the action.
    what: String,
    /// The fields that changed.
    differences: Vec<Difference>,
    /// The rows inside the form that changed: what happened, and their fields.
    parts: Vec<(String, Vec<Difference>)>,
    /// The labels of fields that somebody changed before, without an entry.
    outside: String,
    /// The URL that reverts the change; "" if that is not possible.
    revert_url: String,
}

/// `GET /admin/catalog/product/7/history/`
pub(in crate::admin) async fn history(
    request: AdminRequest,
    place: Path<(String, String, String)>,
) -> Result<HttpResponse> {
    let (app, model, part) = place.into_inner();
    let registered = request.model(&app, &model)?;
    let Some((record, name)) = request.object(registered, &part).await? else {
        // A missing row is reported only to users who may view such rows.
        request.must(registered, "view", None)?;
        return Ok(request.missing(registered, &part));
    };
    request.must(registered, "view", Some(&record))?;
    let asked = request.page_number();

    let pk = record.pk().to_string();
    let (count, number, moments, names) = request
        .db
        .run(move |conn| {
            let mut number = 1;
            let timeline = Timeline::load(conn, registered.model, &pk, |count| {
                let pages = Paginator {
                    count,
                    per_page: PER_PAGE,
                };
                number = pages.page_number(asked);
                (PER_PAGE, pages.offset(number))
            })?;
            let entries = timeline.moments.iter().filter_map(|one| one.entry.as_ref());
            let names = Names::load(conn, entries.flat_map(ValuedEntry::all_deltas))?;
            Ok((timeline.count, number, timeline.moments, names))
        })
        .await?;

    let fields = VisibleFields::new(
        registered,
        &request.actor(),
        &request.settings,
        Some(&record),
    );
    let writer = EntryWriter {
        request: &request,
        registered,
        names,
        fields,
        may_change: request.may(registered, "change", Some(&record)),
        pk: record.pk().to_string(),
    };
    let entries = moments.into_iter().map(|moment| writer.entry(moment));
    let entries = entries.collect();

    let mut crumbs = request.crumbs(registered);
    let url = request.keeping_filters(
        registered,
        &registered.object_url(&unquote(&part), "change"),
    );
    crumbs.extend([Crumb::new(&name, url), Crumb::new("History", "")]);
    let frame = request.frame(format!("Change history: {}", bidi::isolated(&name)), crumbs);
    let page_query = request
        .keeping_filters(registered, "")
        .replacen('?', "&", 1);
    let page = ObjectHistory {
        frame,
        entries,
        paginator: Paginator {
            count,
            per_page: PER_PAGE,
        },
        number,
        page_query,
    };
    Ok(render(&page)?.respond_to(&request.http))
}

/// Turns moments into entries of the page.
struct EntryWriter<'a> {
    request: &'a AdminRequest,
    registered: &'static RegisteredModel,
    names: Names,
    fields: VisibleFields,
    may_change: bool,
    pk: String,
}

impl EntryWriter<'_> {
    fn entry(&self, moment: Moment) -> Entry {
        let zone = self.request.settings.time_zone;
        let Moment {
            log,
            entry,
            user,
            outside,
        } = moment;
        let label = label_of(self.registered);
        let outside: Vec<String> = outside
            .iter()
            .filter(|name| self.fields.shows(name))
            .map(|name| label(name).unwrap_or_else(|| name.clone()))
            .collect();

        let (time, kind, who, what) = match (log, &entry) {
            (Some((log, user)), _) => (
                ActTime::new(&log, zone),
                ActKind::from_entry(&log),
                full_name(user),
                sentence(&log.change_message),
            ),
            (None, Some(valued)) => (
                ActTime::from_time(valued.entry.made_at, zone),
                ActKind::from_flag(valued.entry.action),
                user.map_or_else(|| "unknown user".to_owned(), full_name),
                self.unlogged(valued),
            ),
            (None, None) => (
                ActTime::unknown(),
                ActKind::from_flag(0),
                String::new(),
                String::new(),
            ),
        };
        Entry {
            time,
            user: who,
            kind,
            what,
            outside: outside.join(", "),
            revert_url: self.revert_url(entry.as_ref()),
            differences: entry
                .as_ref()
                .map(|valued| self.differences(&valued.deltas))
                .unwrap_or_default(),
            parts: entry.map(|valued| self.parts(&valued)).unwrap_or_default(),
        }
    }

    /// Returns the words for an action that Django's log does not have, such as that of an action on selected rows.
    fn unlogged(&self, valued: &ValuedEntry) -> String {
        let label = label_of(self.registered);
        let names = valued.deltas.iter();
        let names: Vec<String> = names.filter_map(|delta| label(&delta.name)).collect();
        match valued.entry.action {
            1 => "Added.".to_owned(),
            3 => "Deleted.".to_owned(),
            _ => format!("Changed {}.", crate::forms::model::listed(&names, "and")),
        }
    }

    /// Returns the fields that the user sees in the form of the row. Of secret fields, says that they changed.
    fn differences(&self, deltas: &[FieldDelta]) -> Vec<Difference> {
        let zone = self.request.settings.time_zone;
        let label = label_of(self.registered);
        let shown = deltas.iter().filter(|delta| {
            let is_secret = matches!(&delta.delta, Some(Delta::Hidden(field)) if field.secret);
            is_secret || self.fields.shows(&delta.name)
        });
        shown
            .map(|delta| Difference::new(delta, &self.names, zone, &label))
            .collect()
    }

    /// Returns the rows inside the form of the row, if the user may view them.
    fn parts(&self, valued: &ValuedEntry) -> Vec<(String, Vec<Difference>)> {
        let zone = self.request.settings.time_zone;
        let actor = self.request.actor();
        let mut parts = Vec::new();
        for (part, deltas) in &valued.parts {
            let Some(model) = part.meta() else {
                continue;
            };
            let mut inlines = self.registered.options.inlines.iter();
            let may_view = match inlines.find(|inline| inline.model == model) {
                Some(inline) => actor.may_inside(inline, "view"),
                None => actor.may_view(model),
            };
            if !may_view {
                continue;
            }

            let verb = ActKind::from_flag(part.action).name();
            let what = format!("{verb} of the {} {}", model.verbose_name, part.object_id);
            // Keys of rows say nothing to people.
            let told = deltas.iter().filter(|delta| {
                model
                    .field(&delta.name)
                    .is_none_or(|field| !field.primary_key)
            });
            let differences =
                told.map(|delta| Difference::new(delta, &self.names, zone, &|_| None));
            parts.push((what, differences.collect()));
        }
        parts
    }

    fn revert_url(&self, valued: Option<&ValuedEntry>) -> String {
        let Some(valued) = valued.filter(|valued| valued.entry.action == 2 && self.may_change)
        else {
            return String::new();
        };
        let is_kept = |delta: &FieldDelta| {
            let is_kept = matches!(&delta.delta, Some(Delta::Column(..) | Delta::Many(..)));
            is_kept && self.fields.may_change(&delta.name)
        };
        if valued.parts.is_empty() && !valued.deltas.iter().any(is_kept) {
            return String::new();
        }
        let base = self.registered.object_url(&self.pk, "history");
        format!("{base}{}/revert/", valued.entry.id)
    }
}
