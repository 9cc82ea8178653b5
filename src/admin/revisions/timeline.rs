//! The timeline of a row: the entries of Django's log and those of the history, in the order in which they happened.

use std::collections::HashMap;

use crate::auth::User;
use crate::db::{Conn, Timestamp, Value};
use crate::error::Result;
use crate::models::Meta;
use crate::records::history::{Delta, FieldDelta, HistoryEntry};
use crate::records::{LogEntry, LogPlace};

/// Something that happened to a row.
#[derive(Debug)]
pub(super) struct Moment {
    /// The entry of Django's log, with its user. Actions on many rows have none, as in Django.
    pub(super) log: Option<(LogEntry, User)>,
    /// The values.
    pub(super) entry: Option<ValuedEntry>,
    /// The user of an entry without a log.
    pub(super) user: Option<User>,
    /// The names of fields that changed since the last entry, without an entry about it.
    pub(super) outside: Vec<String>,
}

/// An entry with its values and its parts.
#[derive(Debug)]
pub(super) struct ValuedEntry {
    pub(super) entry: HistoryEntry,
    pub(super) deltas: Vec<FieldDelta>,
    pub(super) parts: Vec<(HistoryEntry, Vec<FieldDelta>)>,
}

/// The place of a moment in the timeline.
#[derive(Debug, Clone, Copy)]
struct Place {
    log: Option<i32>,
    entry: Option<i64>,
    time: Option<Timestamp>,
    /// Whether the log says that nothing changed.
    says_nothing: bool,
}

/// A page of the timeline.
#[derive(Debug)]
pub(super) struct Timeline {
    /// The number of all moments.
    pub(super) count: i64,
    pub(super) moments: Vec<Moment>,
}

impl Timeline {
    /// Loads a page of the timeline of a row: `page` returns the limit and the offset for the number of moments.
    pub(super) fn load(
        conn: &mut Conn,
        model: &'static Meta,
        pk: &str,
        page: impl FnOnce(i64) -> (i64, i64),
    ) -> Result<Self> {
        let logs = LogEntry::places_of_object(conn, model, pk)?;
        let entries = HistoryEntry::of_row(conn, model, pk)?;
        let places = merged(&logs, &entries);

        let count = i64::try_from(places.len()).unwrap_or(i64::MAX);
        let (limit, offset) = page(count);
        let start = usize::try_from(offset)
            .unwrap_or_default()
            .min(places.len());
        let end = places
            .len()
            .min(start + usize::try_from(limit).unwrap_or_default());
        let mut outside = outside(&places[..end], &entries, start);

        let shown = &places[start..end];
        let mut by_log = logs_by_id(conn, shown)?;
        let mut by_id = valued(conn, entries, shown)?;
        let users: Vec<i32> = by_id
            .values()
            .filter(|valued| valued.entry.log_id.is_none())
            .filter_map(|valued| valued.entry.user_id)
            .collect();
        let users = User::with_ids(conn, &users)?;
        let moments = shown.iter().enumerate().map(|(at, place)| {
            let entry = place.entry.and_then(|id| by_id.remove(&id));
            let user = entry.as_ref().and_then(|valued| valued.entry.user_id);
            Moment {
                log: place.log.and_then(|id| by_log.remove(&id)),
                user: users.iter().find(|found| Some(found.id) == user).cloned(),
                entry,
                outside: outside.remove(&(start + at)).unwrap_or_default(),
            }
        });
        Ok(Self {
            count,
            moments: moments.collect(),
        })
    }
}

/// Returns the places of all moments, oldest first.
fn merged(logs: &[LogPlace], entries: &[HistoryEntry]) -> Vec<Place> {
    let by_log: HashMap<i32, i64> = entries
        .iter()
        .filter_map(|entry| Some((entry.log_id?, entry.id)))
        .collect();
    let mut unlogged = entries
        .iter()
        .filter(|entry| entry.log_id.is_none() && entry.parent_id.is_none())
        .peekable();

    let mut places = Vec::with_capacity(entries.len());
    let of_entry = |entry: &HistoryEntry| Place {
        log: None,
        entry: Some(entry.id),
        time: Some(entry.made_at),
        says_nothing: false,
    };
    for log in logs {
        let time = log.action_time;
        while let Some(entry) =
            unlogged.next_if(|entry| time.is_some_and(|time| entry.made_at < time))
        {
            places.push(of_entry(entry));
        }
        places.push(Place {
            log: Some(log.id),
            entry: by_log.get(&log.id).copied(),
            time,
            says_nothing: log.says_nothing(),
        });
    }
    places.extend(unlogged.map(of_entry));
    places
}

/// Returns the fields whose values moved between two entries, by the place of the later one.
fn outside(
    places: &[Place],
    entries: &[HistoryEntry],
    start: usize,
) -> HashMap<usize, Vec<String>> {
    /// Places before the page that are read for the values with which it begins.
    const BEFORE: usize = 200;
    let by_id: HashMap<i64, &HistoryEntry> =
        entries.iter().map(|entry| (entry.id, entry)).collect();
    let mut parts = entries
        .iter()
        .filter(|entry| entry.parent_id.is_some())
        .peekable();

    let mut known: HashMap<String, Value> = HashMap::new();
    let mut found = HashMap::new();
    let first = start.saturating_sub(BEFORE);
    for (at, place) in places.iter().enumerate().skip(first) {
        // Changes along with the change of another row, such as in an inline.
        while let Some(part) =
            parts.next_if(|part| place.time.is_some_and(|time| part.made_at <= time))
        {
            learn(&mut known, part.deltas(), &mut Vec::new());
        }
        match place.entry.and_then(|id| by_id.get(&id)) {
            Some(entry) => {
                let mut moved = Vec::new();
                learn(&mut known, entry.deltas(), &mut moved);
                if at >= start && !moved.is_empty() {
                    found.insert(at, moved);
                }
            }
            // Somebody has changed the row with Django, which does not tell the values.
            None if !place.says_nothing => known.clear(),
            None => {}
        }
    }
    found
}

/// Compares the values before a change with those that are known, and remembers the values after it.
fn learn(known: &mut HashMap<String, Value>, deltas: Vec<FieldDelta>, moved: &mut Vec<String>) {
    for FieldDelta { name, delta } in deltas {
        let Some(Delta::Column(_, before, after)) = delta else {
            continue;
        };
        if let (Some(before), Some(last)) = (&before, known.get(&name))
            && before != last
        {
            moved.push(name.clone());
        }
        match after {
            Some(after) => known.insert(name, after),
            None => known.remove(&name),
        };
    }
}

fn logs_by_id(conn: &mut Conn, shown: &[Place]) -> Result<HashMap<i32, (LogEntry, User)>> {
    let ids: Vec<i32> = shown.iter().filter_map(|place| place.log).collect();
    let logs = LogEntry::with_ids(conn, &ids)?;
    Ok(logs
        .into_iter()
        .map(|(log, user)| (log.id, (log, user)))
        .collect())
}

fn valued(
    conn: &mut Conn,
    entries: Vec<HistoryEntry>,
    shown: &[Place],
) -> Result<HashMap<i64, ValuedEntry>> {
    let ids: Vec<i64> = shown.iter().filter_map(|place| place.entry).collect();
    let mut by_id: HashMap<i64, ValuedEntry> = entries
        .into_iter()
        .filter(|entry| ids.contains(&entry.id))
        .map(|entry| (entry.id, ValuedEntry::new(entry)))
        .collect();
    for part in HistoryEntry::parts_of(conn, &ids)? {
        let parent = part.parent_id.and_then(|id| by_id.get_mut(&id));
        if let Some(parent) = parent {
            let deltas = part.deltas();
            parent.parts.push((part, deltas));
        }
    }
    Ok(by_id)
}

impl ValuedEntry {
    fn new(entry: HistoryEntry) -> Self {
        Self {
            deltas: entry.deltas(),
            entry,
            parts: Vec::new(),
        }
    }

    /// Returns all changes of fields.
    pub(super) fn all_deltas(&self) -> impl Iterator<Item = &FieldDelta> {
        let parts = self.parts.iter().flat_map(|(_, deltas)| deltas);
        self.deltas.iter().chain(parts)
    }
}
