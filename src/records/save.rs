//! Saves and deletes rows, and calls the receivers of the site.

use super::change::without;
use super::history::DeletionRecorder;
use super::receiver::{
    self, Deleting, LinkAction, LinksChanged, Saving, send_after_save, send_before_save,
    send_links_changed,
};
use super::{LinkChange, RecordChange};
use crate::auth::User;
use crate::db::{Conn, Value};
use crate::error::Result;
use crate::models::{Collector, Deleted, DeletionObserver, FromRecord, Meta, Query, Record};
use crate::settings::Settings;

/// Saves a row outside of the admin (Django's `instance.save()`): sets the `auto_now` columns, calls the
/// receivers, and writes a new row or the columns that differ, and then the links that differ. Returns the row that was
/// written.
///
/// It neither checks permissions nor values, and writes no history. `user` is the user who saves, if there is one. Call it
/// inside a transaction.
///
/// ```
/// use nuages::auth::Group;
/// use nuages::db::Conn;
/// use nuages::error::Result;
/// use nuages::models::{Model as _, Record};
/// use nuages::records::{RecordChange, save};
/// use nuages::schema::auth_group as group;
/// use nuages::settings::Settings;
///
/// fn add_group(conn: &mut Conn, settings: &Settings, name: &str) -> Result<Record> {
///     let mut row = Record::new(Group::meta());
///     row.set(group::name, name.to_owned());
///     save(conn, settings, None, RecordChange::add(row))
/// }
/// ```
pub fn save(
    conn: &mut Conn,
    settings: &Settings,
    user: Option<&User>,
    change: RecordChange<'_>,
) -> Result<Record> {
    let saving = Saving {
        before: change.before,
        created: change.before.is_none(),
        user,
        settings,
    };
    let mut record = change.after;
    let stamped = record.stamp(saving.created, settings.time_zone);

    write(conn, &mut record, stamped, &saving)?;
    set_links(conn, &record, &change.links, &saving)?;
    Ok(record)
}

/// Adds a row outside of the admin (Django's `objects.create()`): [`save`] for a row whose values `set` sets, and the others
/// have their defaults. Returns the row that was written.
///
/// ```
/// use nuages::prelude::*;
/// use nuages::records;
///
/// #[nuages::model(app = "blog")]
/// pub struct Tag {
///     #[field(max_length = 30)]
///     pub name: String,
/// }
///
/// fn add_tag(conn: &mut Conn, settings: &Settings, name: &str) -> Result<Tag> {
///     records::create(conn, settings, None, |row| row.set(blog_tag::name, name.to_owned()))
/// }
/// # fn main() {}
/// ```
pub fn create<M: FromRecord>(
    conn: &mut Conn,
    settings: &Settings,
    user: Option<&User>,
    set: impl FnOnce(&mut Record),
) -> Result<M> {
    let mut row = Record::new(M::meta());
    set(&mut row);
    M::from_record(&save(conn, settings, user, RecordChange::add(row))?)
}

/// Deletes `rows` with all dependent rows outside of the admin (Django's `QuerySet.delete`), and calls the receivers. It
/// checks no permissions and writes no history. Call it inside a transaction.
pub fn delete(
    conn: &mut Conn,
    settings: &Settings,
    user: Option<&User>,
    rows: Query,
) -> Result<Deleted> {
    let mut observer = Observer::new(Deleting { user, settings }, None);
    Collector::new(rows).delete_observed(conn, |_, _| Ok(()), &mut observer)
}

/// Writes the columns of a row.
pub(super) fn write(
    conn: &mut Conn,
    record: &mut Record,
    stamped: Vec<&'static str>,
    saving: &Saving<'_>,
) -> Result<()> {
    send_before_save(conn, record, saving)?;
    match saving.before {
        Some(before) => record.update_differing(conn, before, stamped)?,
        None => record.insert(conn)?,
    }
    send_after_save(conn, record, saving)
}

/// Writes the links that differ: removes links first, like Django's `set`.
pub(super) fn set_links(
    conn: &mut Conn,
    record: &Record,
    changes: &[LinkChange<'_>],
    saving: &Saving<'_>,
) -> Result<()> {
    for links in changes {
        let (removed, added) = (links.removed(), links.added());
        let kept = without(links.before, &removed);
        let send = |conn: &mut Conn, action, pk_set: &[Value]| {
            let event = LinksChanged {
                field: links.field,
                instance: record,
                action,
                pk_set,
                user: saving.user,
                settings: saving.settings,
            };
            send_links_changed(conn, &event)
        };

        send(conn, LinkAction::PreRemove, &removed)?;
        links.field.set(conn, record.pk(), links.before, &kept)?;
        send(conn, LinkAction::PostRemove, &removed)?;

        send(conn, LinkAction::PreAdd, &added)?;
        links.field.set(conn, record.pk(), &kept, links.after)?;
        send(conn, LinkAction::PostAdd, &added)?;
    }
    Ok(())
}

/// Calls the receivers for each row of a deletion, and records the rows.
#[derive(Debug)]
pub(super) struct Observer<'a> {
    deleting: Deleting<'a>,
    recorder: Option<DeletionRecorder<'a>>,
}

impl<'a> Observer<'a> {
    pub(super) fn new(deleting: Deleting<'a>, recorder: Option<DeletionRecorder<'a>>) -> Self {
        Self { deleting, recorder }
    }
}

impl DeletionObserver for Observer<'_> {
    fn watches(&self, model: &Meta) -> bool {
        receiver::watches_deletions(model)
    }

    fn before_chunk(&mut self, conn: &mut Conn, chunk: &Collector) -> Result<()> {
        match &mut self.recorder {
            Some(recorder) => recorder.record(conn, chunk),
            None => Ok(()),
        }
    }

    fn before(&mut self, conn: &mut Conn, records: &[Record]) -> Result<()> {
        receiver::send_deletion(conn, records, true, &self.deleting)
    }

    fn after(&mut self, conn: &mut Conn, records: &[Record]) -> Result<()> {
        receiver::send_deletion(conn, records, false, &self.deleting)
    }
}
