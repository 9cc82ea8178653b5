//! `/admin/history/`: all changes, the latest first.

use std::collections::HashMap;

use actix_web::{HttpResponse, Responder as _};
use askama::Template;
use chrono::{Days, NaiveDate};

use crate::admin::frame::{Crumb, Frame};
use crate::admin::history::{ActKind, ActTime, full_name, sentence};
use crate::admin::{AdminRequest, RegisteredModel};
use crate::auth::User;
use crate::db::{Conn, Timestamp};
use crate::error::Result;
use crate::forms::model::listed;
use crate::http::{QueryDict, render};
use crate::models::content_types::ContentType;
use crate::records::LogEntry;
use crate::records::history::{EntryFilter, HistoryEntry, StoredBatch};
use crate::words::capfirst;

/// Number of changes on one page.
const PER_PAGE: usize = 50;
/// The most log entries that are read at a time, to find those that the history does not have.
const LOGS: i64 = 200;
/// The most times that log entries are read for one page. If they all have values, the next page goes on behind them.
const READS: usize = 10;
/// The parameters of the filters.
const FILTERS: [&str; 5] = ["model", "user", "from", "until", "batch"];

#[derive(Template)]
#[template(path = "admin/all_changes.html")]
struct AllChanges {
    frame: Frame,
    changes: Vec<Change>,
    models: Vec<Choice>,
    user: String,
    from: String,
    until: String,
    is_filtered: bool,
    /// The title of the batch of which only the rows are shown.
    batch: String,
    older_url: String,
}

struct Choice {
    value: String,
    label: String,
    is_chosen: bool,
}

/// A change on the page.
struct Change {
    time: ActTime,
    user: String,
    kind: ActKind,
    /// `Product`
    model: String,
    /// The name of the row, or `41 products`.
    name: String,
    url: String,
    what: String,
    /// The URL that undoes a batch; "" for a single row.
    undo_url: String,
    /// Whether the batch was undone.
    is_undone: bool,
}

/// Something that happened, from one of three sources.
enum Event {
    Entry(HistoryEntry),
    Batch(StoredBatch),
    /// A log entry with the label of its model.
    Log(LogEntry, String),
}

/// The place where the page begins in each source.
#[derive(Debug, Clone, Default)]
struct Cursor {
    entry: Option<i64>,
    log: Option<i32>,
    /// The time and the key of a batch.
    batch: Option<(Timestamp, String)>,
}

/// The filters and the place that the user asks for.
#[derive(Debug, Clone, Default)]
struct Asked {
    filter: EntryFilter,
    cursor: Cursor,
    user: String,
}

/// `GET /admin/history/`
pub(in crate::admin) async fn all_changes(request: AdminRequest) -> Result<HttpResponse> {
    let viewable: Vec<&'static RegisteredModel> = request
        .site
        .models()
        .iter()
        .filter(|registered| request.may(registered, "view", None))
        .collect();
    let chosen = request.query.get("model").unwrap_or_default().to_owned();
    let is_chosen = |registered: &RegisteredModel| {
        let model = registered.model;
        chosen.is_empty() || chosen == model.label() || chosen == model.name
    };
    let models: Vec<Choice> = viewable
        .iter()
        .map(|registered| Choice {
            value: registered.model.label(),
            label: capfirst(&registered.model.verbose_name_plural),
            is_chosen: !chosen.is_empty() && is_chosen(registered),
        })
        .collect();

    let asked = asked(&request, viewable.into_iter().filter(|one| is_chosen(one)));
    let wanted = asked.clone();
    let loaded = request.db.run(move |conn| load(conn, wanted)).await?;
    let users = loaded.users;
    let changes = loaded
        .events
        .into_iter()
        .map(|event| change(&request, event, &users));

    let page = AllChanges {
        changes: changes.collect(),
        models,
        user: asked.user.clone(),
        from: request.query.get("from").unwrap_or_default().to_owned(),
        until: request.query.get("until").unwrap_or_default().to_owned(),
        is_filtered: FILTERS
            .iter()
            .any(|name| request.query.get(name).is_some_and(|text| !text.is_empty())),
        batch: loaded.batch_title,
        older_url: loaded
            .next
            .map_or_else(String::new, |cursor| older_url(&request.query, cursor)),
        frame: request.frame("All changes", vec![Crumb::new("All changes", "")]),
    };
    Ok(render(&page)?.respond_to(&request.http))
}

/// Reads the filters and the place of the page.
fn asked(request: &AdminRequest, models: impl Iterator<Item = &'static RegisteredModel>) -> Asked {
    let zone = request.settings.time_zone;
    let day = |name: &str| -> Option<NaiveDate> { request.query.get(name)?.parse().ok() };
    let mut filter = EntryFilter {
        from: day("from").map(|day| Timestamp::start_of(day, zone)),
        until: day("until")
            .and_then(|day| day.checked_add_days(Days::new(1)))
            .map(|day| Timestamp::start_of(day, zone)),
        batch: request
            .query
            .get("batch")
            .filter(|key| !key.is_empty())
            .map(without_nul),
        user_id: request.user.id,
        ..EntryFilter::default()
    };
    for registered in models {
        let model = registered.model.concrete();
        // The names of rows that the user may not see must not be shown.
        if !request.sees_all_rows(registered) {
            filter.own_models.push(model.label());
            continue;
        }
        filter.models.push(model.label());
    }
    Asked {
        filter,
        cursor: Cursor::from_query(&request.query),
        user: without_nul(request.query.get("user").unwrap_or_default().trim()),
    }
}

/// Returns `text` with another character that no name contains instead of null characters, which PostgreSQL refuses in
/// any condition.
fn without_nul(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

impl Cursor {
    fn from_query(query: &QueryDict) -> Self {
        let number = |name: &str| query.get(name).and_then(|text| text.parse::<i64>().ok());
        Self {
            entry: number("entry"),
            log: number("log").and_then(|id| id.try_into().ok()),
            batch: query.get("batches").and_then(|text| {
                let (time, key) = text.split_once('-').unwrap_or((text, ""));
                let time = chrono::DateTime::from_timestamp_micros(time.parse().ok()?)?;
                Some((Timestamp::from(time), key.to_owned()))
            }),
        }
    }
}

/// A page of changes.
struct Loaded {
    events: Vec<Event>,
    /// The users who made the changes.
    users: Vec<User>,
    /// The place where the next page begins; `None` after the last page.
    next: Option<Cursor>,
    /// The title of the batch of which only the rows are shown.
    batch_title: String,
}

fn load(conn: &mut Conn, mut asked: Asked) -> Result<Loaded> {
    if !asked.user.is_empty() {
        let named = User::find_by_username(conn, &asked.user)?;
        let by_id = || asked.user.parse().ok();
        // A user that does not exist has changed nothing.
        asked.filter.user = Some(named.map(|user| user.id).or_else(by_id).unwrap_or(-1));
    }
    let title = match &asked.filter.batch {
        Some(key) => StoredBatch::find(conn, key)?.map(|batch| batch.title),
        None => None,
    };

    let limit = i64::try_from(PER_PAGE).unwrap_or_default() + 1;
    asked.filter.before = asked.cursor.entry;
    let mut events: Vec<(Option<Timestamp>, Event)> =
        HistoryEntry::latest(conn, &asked.filter, limit)?
            .into_iter()
            .map(|entry| (Some(entry.made_at), Event::Entry(entry)))
            .collect();
    let mut scan = LogScan {
        last: asked.cursor.log,
        ..LogScan::default()
    };
    if asked.filter.batch.is_none() {
        let behind = asked.cursor.batch.as_ref();
        let behind = behind.map(|(time, key)| (*time, key.as_str()));
        let batches = StoredBatch::latest(conn, &asked.filter, behind, limit)?;
        events.extend(
            batches
                .into_iter()
                .map(|batch| (Some(batch.made_at), Event::Batch(batch))),
        );
        scan = LogScan::run(conn, &asked)?;
        let found = std::mem::take(&mut scan.found).into_iter();
        events.extend(found.map(|(log, model)| (log.action_time, Event::Log(log, model))));
    }
    // The sort is stable, so that each source keeps its order.
    events.sort_by_key(|(time, _)| std::cmp::Reverse(*time));

    let has_logs = events
        .iter()
        .any(|(_, event)| matches!(event, Event::Log(..)));
    let is_more = events.len() > PER_PAGE;
    events.truncate(PER_PAGE);
    let events: Vec<Event> = events.into_iter().map(|(_, event)| event).collect();
    let mut cursor = Cursor {
        // Log entries that were found and not shown are found again on the next page.
        log: if is_more && has_logs {
            asked.cursor.log
        } else {
            scan.last
        },
        ..asked.cursor.clone()
    };
    let mut users = Vec::new();
    for event in &events {
        match event {
            Event::Entry(entry) => {
                cursor.entry = Some(entry.id);
                users.extend(entry.user_id);
            }
            Event::Batch(batch) => {
                cursor.batch = Some((batch.made_at, batch.key.clone()));
                users.extend(batch.user_id);
            }
            Event::Log(log, _) => {
                if is_more {
                    cursor.log = Some(log.id);
                }
                users.push(log.user_id);
            }
        }
    }
    users.sort_unstable();
    users.dedup();
    let users = User::with_ids(conn, &users)?;
    Ok(Loaded {
        events,
        users,
        next: (is_more || scan.is_unfinished).then_some(cursor),
        batch_title: title.unwrap_or_default(),
    })
}

/// A search for log entries whose values the history does not have, such as those of Django.
#[derive(Default)]
struct LogScan {
    /// The entries, with the labels of their models.
    found: Vec<(LogEntry, String)>,
    /// The last log entry that was read.
    last: Option<i32>,
    /// Whether there may be further entries behind the last one.
    is_unfinished: bool,
}

impl LogScan {
    /// Searches behind the place of the page, until there are enough entries or many were read.
    fn run(conn: &mut Conn, asked: &Asked) -> Result<Self> {
        let labels = labels_of(conn, &asked.filter)?;
        let kinds: Vec<i32> = labels.keys().copied().collect();
        let mut scan = Self {
            last: asked.cursor.log,
            is_unfinished: true,
            ..Self::default()
        };
        for _ in 0..READS {
            let filter = &asked.filter;
            let time = (filter.from, filter.until);
            let logs = LogEntry::latest(conn, &kinds, filter.user, time, scan.last, LOGS)?;
            let ids: Vec<i32> = logs.iter().map(|log| log.id).collect();
            scan.is_unfinished = i64::try_from(ids.len()).unwrap_or_default() == LOGS;
            scan.last = ids.last().copied().or(scan.last);

            let valued = HistoryEntry::logged(conn, &ids)?;
            let others = logs.into_iter().filter(|log| !valued.contains(&log.id));
            scan.found.extend(others.map(|log| {
                let label = log.content_type_id.and_then(|kind| labels.get(&kind));
                let label = label.cloned().unwrap_or_default();
                (log, label)
            }));
            if !scan.is_unfinished || scan.found.len() > PER_PAGE {
                break;
            }
        }
        Ok(scan)
    }
}

/// Returns the labels of the models whose log entries are shown, by their content types.
fn labels_of(conn: &mut Conn, filter: &EntryFilter) -> Result<HashMap<i32, String>> {
    let mut labels: HashMap<i32, String> = HashMap::new();
    for ((app, model), kind) in ContentType::ids(conn)? {
        let label = format!("{app}.{model}");
        if filter.models.contains(&label) {
            labels.insert(kind, label);
        }
    }
    Ok(labels)
}

fn older_url(query: &QueryDict, cursor: Cursor) -> String {
    let mut written = form_urlencoded::Serializer::new(String::new());
    for name in FILTERS {
        if let Some(value) = query.get(name).filter(|value| !value.is_empty()) {
            written.append_pair(name, value);
        }
    }
    if let Some(id) = cursor.entry {
        written.append_pair("entry", &id.to_string());
    }
    if let Some(id) = cursor.log {
        written.append_pair("log", &id.to_string());
    }
    if let Some((time, key)) = cursor.batch {
        let micros = time.utc().timestamp_micros();
        written.append_pair("batches", &format!("{micros}-{key}"));
    }
    format!("/admin/history/?{}", written.finish())
}

fn change(request: &AdminRequest, event: Event, users: &[User]) -> Change {
    let zone = request.settings.time_zone;
    let name_of = |id: Option<i32>| {
        let user = users.iter().find(|user| Some(user.id) == id);
        user.cloned()
            .map_or_else(|| "unknown user".to_owned(), full_name)
    };
    let registered = |label: &str| request.site.find_by_label(label);
    match event {
        Event::Entry(entry) => {
            let model = registered(&entry.model);
            let kind = ActKind::from_flag(entry.action);
            Change {
                time: ActTime::from_time(entry.made_at, zone),
                user: name_of(entry.user_id),
                model: model.map_or_else(String::new, |one| capfirst(&one.model.verbose_name)),
                url: model.map_or_else(String::new, |one| {
                    row_url(request, one, kind, &entry.object_id)
                }),
                what: entry_words(&entry, kind),
                kind,
                name: entry.name,
                undo_url: String::new(),
                is_undone: false,
            }
        }
        Event::Batch(batch) => {
            let model = registered(&batch.model);
            let count = i64::from(batch.row_count);
            let counted = model.map_or("rows", |one| one.model.counted(count));
            let may_change = model.is_some_and(|one| request.may(one, "change", None));
            Change {
                time: ActTime::from_time(batch.made_at, zone),
                user: name_of(batch.user_id),
                kind: ActKind::Changed,
                model: model.map_or_else(String::new, |one| capfirst(&one.model.verbose_name)),
                name: format!("{count} {counted}"),
                url: format!("/admin/history/?batch={}", batch.key),
                what: batch.title,
                undo_url: if may_change && batch.undone_at.is_none() {
                    format!("/admin/undo/{}/", batch.key)
                } else {
                    String::new()
                },
                is_undone: batch.undone_at.is_some(),
            }
        }
        Event::Log(log, label) => {
            let kind = ActKind::from_entry(&log);
            let model = registered(&label);
            let pk = log.object_id.clone().unwrap_or_default();
            Change {
                time: ActTime::new(&log, zone),
                user: name_of(Some(log.user_id)),
                model: model.map_or_else(String::new, |one| capfirst(&one.model.verbose_name)),
                url: model.map_or_else(String::new, |one| row_url(request, one, kind, &pk)),
                what: sentence(&log.change_message),
                kind,
                name: log.object_repr,
                undo_url: String::new(),
                is_undone: false,
            }
        }
    }
}

/// Returns the URL of the history of a row, or of the list of deleted rows.
fn row_url(
    request: &AdminRequest,
    registered: &RegisteredModel,
    kind: ActKind,
    pk: &str,
) -> String {
    match kind {
        ActKind::Deleted if request.may(registered, "add", None) => {
            format!("{}deleted/", registered.url())
        }
        ActKind::Deleted => String::new(),
        _ => registered.object_url(pk, "history"),
    }
}

/// Returns `Changed Price and Stock.`
fn entry_words(entry: &HistoryEntry, kind: ActKind) -> String {
    if kind != ActKind::Changed {
        return String::new();
    }
    let deltas = entry.deltas();
    let model = entry.meta();
    let labels = deltas.iter().map(|delta| {
        let field = model.and_then(|model| model.field(&delta.name));
        let many = model.and_then(|model| model.many(&delta.name));
        let label = field.map(|field| field.label());
        label
            .or_else(|| many.map(|many| many.label()))
            .unwrap_or_else(|| delta.name.clone())
    });
    let labels: Vec<String> = labels.collect();
    if labels.is_empty() {
        return "Changed rows inside its form.".to_owned();
    }
    format!("Changed {}.", listed(&labels, "and"))
}
