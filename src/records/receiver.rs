//! [`Receiver`]: functions of a site that are called when rows are written and users log in, whoever
//! writes (Django's signals).

use std::sync::{PoisonError, RwLock};

use crate::auth::signals::{self, UserSignal};
use crate::auth::{OnUserEvent, User};
use crate::db::{Conn, Value};
use crate::error::Result;
use crate::models::{ManyToMany, Meta, Model, Query, Record};
use crate::settings::Settings;

/// A row that is being saved, as hooks and receivers see it.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Saving<'a> {
    /// The row as it was in the database; `None` for a new row.
    pub before: Option<&'a Record>,
    /// Whether the row is new.
    pub created: bool,
    /// The user who saves; `None` if a command or an anonymous visitor does.
    pub user: Option<&'a User>,
    /// The settings of the site.
    pub settings: &'a Settings,
}

/// A row that is being deleted, as hooks and receivers see it.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Deleting<'a> {
    /// The user who deletes; `None` if a command or an anonymous visitor does.
    pub user: Option<&'a User>,
    /// The settings of the site.
    pub settings: &'a Settings,
}

/// The links of a row that change, as receivers see them.
#[derive(Debug)]
#[non_exhaustive]
pub struct LinksChanged<'a> {
    /// The many-to-many field.
    pub field: &'static ManyToMany,
    /// The row whose field it is (Django's `instance`).
    pub instance: &'a Record,
    /// The kind of change, before or after it is written.
    pub action: LinkAction,
    /// The primary keys of the rows that are linked or no longer linked.
    pub pk_set: &'a [Value],
    /// The user who saves; `None` if a command or an anonymous visitor does.
    pub user: Option<&'a User>,
    /// The settings of the site.
    pub settings: &'a Settings,
}

impl LinksChanged<'_> {
    /// Whether the links are those of `field`: `changed.is_of(Post::READERS)`.
    pub fn is_of<T>(&self, field: ManyToMany<T>) -> bool {
        self.field.name == field.name
    }
}

/// A change of links (Django's `action`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkAction {
    /// Before links are removed.
    PreRemove,
    /// After links were removed.
    PostRemove,
    /// Before links are added.
    PreAdd,
    /// After links were added.
    PostAdd,
}

/// A function that is called before a row is written, and may change it.
pub type BeforeSave = fn(&mut Conn, &mut Record, &Saving<'_>) -> Result<()>;
/// A function that is called with a row that was written.
pub type AfterSave = fn(&mut Conn, &Record, &Saving<'_>) -> Result<()>;
/// A function that is called before or after a row is deleted.
pub type OnDeletion = fn(&mut Conn, &Record, &Deleting<'_>) -> Result<()>;
/// A function that is called before or after links change.
pub type OnLinks = fn(&mut Conn, &LinksChanged<'_>) -> Result<()>;

/// A function of a site that is called when rows of a model are written, or when users log in
/// (a receiver of a Django signal).
///
/// Receivers belong to the site and not to its admin: they are called for every row that is written
/// through [`records`](crate::records), in the admin, in a form for visitors or in a command. Each runs
/// inside the transaction; an error rolls it back. [`Conn::after_commit`] queues work for after the commit.
///
/// As in Django, rows that are changed in bulk (`records::update`) or with a Diesel statement of one's own
/// call no receivers, and the receivers of a model are not called for its proxies.
///
/// ```
/// use nuages::auth::User;
/// use nuages::db::Conn;
/// use nuages::error::Result;
/// use nuages::models::Record;
/// use nuages::records::{Receiver, Saving};
///
/// pub const RECEIVERS: &[Receiver] = &[Receiver::after_save::<User>(greet)];
///
/// fn greet(conn: &mut Conn, user: &Record, saving: &Saving<'_>) -> Result<()> {
///     if saving.created {
///         let (key, sender) = (user.pk().clone(), saving.settings.email.from.clone());
///         conn.after_commit(move |_| {
///             log::info!("{sender} greets the user {key}");
///             Ok(())
///         })?;
///     }
///     Ok(())
/// }
/// ```
///
/// The project names them: `Project::new(…).receivers(&[blog::RECEIVERS])`.
#[derive(Debug, Clone, Copy)]
pub struct Receiver {
    /// The model; `None` for the events of users.
    sender: Option<fn() -> &'static Meta>,
    signal: Signal,
}

#[derive(Debug, Clone, Copy)]
enum Signal {
    BeforeSave(BeforeSave),
    AfterSave(AfterSave),
    AfterCommit(AfterSave),
    BeforeDelete(OnDeletion),
    AfterDelete(OnDeletion),
    LinksChanged(OnLinks),
    User(UserSignal, OnUserEvent),
}

impl Receiver {
    const fn of<M: Model>(signal: Signal) -> Self {
        Self {
            sender: Some(M::meta),
            signal,
        }
    }

    const fn of_users(signal: UserSignal, receiver: OnUserEvent) -> Self {
        Self {
            sender: None,
            signal: Signal::User(signal, receiver),
        }
    }

    /// Calls `receiver` before a row is written; it may change the row (Django's `pre_save`). The values
    /// were validated before.
    pub const fn before_save<M: Model>(receiver: BeforeSave) -> Self {
        Self::of::<M>(Signal::BeforeSave(receiver))
    }

    /// Calls `receiver` after a row was written, when it has its primary key (Django's `post_save`). Its
    /// many-to-many links are written afterwards.
    pub const fn after_save<M: Model>(receiver: AfterSave) -> Self {
        Self::of::<M>(Signal::AfterSave(receiver))
    }

    /// Calls `receiver` for each row that was written once its transaction is committed. An error is
    /// logged, and the data remain. See [`Conn::after_commit`].
    pub const fn after_commit<M: Model>(receiver: AfterSave) -> Self {
        Self::of::<M>(Signal::AfterCommit(receiver))
    }

    /// Calls `receiver` before a row is deleted, also if it is deleted because a row that it refers to is
    /// (Django's `pre_delete`).
    pub const fn before_delete<M: Model>(receiver: OnDeletion) -> Self {
        Self::of::<M>(Signal::BeforeDelete(receiver))
    }

    /// Calls `receiver` after a row was deleted (Django's `post_delete`).
    pub const fn after_delete<M: Model>(receiver: OnDeletion) -> Self {
        Self::of::<M>(Signal::AfterDelete(receiver))
    }

    /// Calls `receiver` before and after links of the many-to-many fields of `M` are removed or added
    /// (Django's `m2m_changed`).
    pub const fn m2m_changed<M: Model>(receiver: OnLinks) -> Self {
        Self::of::<M>(Signal::LinksChanged(receiver))
    }

    /// Calls `receiver` when a user logs in, in the transaction that saves `last_login` (Django's
    /// `user_logged_in`). An error refuses the login with a 500.
    pub const fn user_logged_in(receiver: OnUserEvent) -> Self {
        Self::of_users(UserSignal::LoggedIn, receiver)
    }

    /// Calls `receiver` before a user is logged out (Django's `user_logged_out`).
    pub const fn user_logged_out(receiver: OnUserEvent) -> Self {
        Self::of_users(UserSignal::LoggedOut, receiver)
    }

    /// Calls `receiver` when a name or password was wrong (Django's `user_login_failed`).
    pub const fn user_login_failed(receiver: OnUserEvent) -> Self {
        Self::of_users(UserSignal::LoginFailed, receiver)
    }
}

static CONNECTED: RwLock<Vec<&'static [Receiver]>> = RwLock::new(Vec::new());

/// Connects receivers (Django's `Signal.connect`); connecting the same list again has no effect.
/// `Project::receivers` does this when the site starts.
pub fn connect(receivers: &'static [Receiver]) {
    let mut connected = CONNECTED.write().unwrap_or_else(PoisonError::into_inner);
    if connected
        .iter()
        .any(|other| std::ptr::eq(*other, receivers))
    {
        return;
    }
    connected.push(receivers);
    for receiver in receivers {
        if let Signal::User(signal, receiver) = receiver.signal {
            signals::connect(signal, receiver);
        }
    }
}

/// Returns what `pick` takes of each receiver of `model`, in the order of connection.
fn receivers<T>(model: &Meta, pick: impl Fn(Signal) -> Option<T>) -> Vec<T> {
    let connected = CONNECTED.read().unwrap_or_else(PoisonError::into_inner);
    connected
        .iter()
        .flat_map(|receivers| receivers.iter())
        .filter(|receiver| receiver.sender.is_some_and(|sender| sender() == model))
        .filter_map(|receiver| pick(receiver.signal))
        .collect()
}

/// Calls the receivers of `before_save`.
pub(super) fn send_before_save(
    conn: &mut Conn,
    record: &mut Record,
    saving: &Saving<'_>,
) -> Result<()> {
    let called = receivers(record.model, |signal| match signal {
        Signal::BeforeSave(receiver) => Some(receiver),
        _ => None,
    });
    called
        .into_iter()
        .try_for_each(|receiver| receiver(conn, record, saving))
}

/// Calls the receivers of `after_save`, and queues those of `after_commit`.
///
/// For code that writes a row with a Diesel statement of its own and wants the receivers of its model to
/// be called (Django's `post_save.send`).
pub fn send_after_save(conn: &mut Conn, record: &Record, saving: &Saving<'_>) -> Result<()> {
    let called = receivers(record.model, |signal| match signal {
        Signal::AfterSave(receiver) => Some(receiver),
        _ => None,
    });
    for receiver in called {
        receiver(conn, record, saving)?;
    }

    let queued = receivers(record.model, |signal| match signal {
        Signal::AfterCommit(receiver) => Some(receiver),
        _ => None,
    });
    if queued.is_empty() {
        return Ok(());
    }
    let (record, before) = (record.clone(), saving.before.cloned());
    let (user, settings) = (saving.user.cloned(), saving.settings.clone());
    let created = saving.created;
    for receiver in queued {
        let (record, before) = (record.clone(), before.clone());
        let (user, settings) = (user.clone(), settings.clone());
        conn.after_commit(move |conn| {
            let saving = Saving {
                before: before.as_ref(),
                created,
                user: user.as_ref(),
                settings: &settings,
            };
            receiver(conn, &record, &saving)
        })?;
    }
    Ok(())
}

/// Calls the receivers of `after_save` and `after_commit` with a row of `M` that was just inserted with a
/// Diesel statement.
pub(crate) fn send_created<M: Model>(
    conn: &mut Conn,
    settings: &Settings,
    pk: impl Into<Value>,
) -> Result<()> {
    let model = M::meta();
    let is_awaited = |signal| matches!(signal, Signal::AfterSave(_) | Signal::AfterCommit(_));
    if receivers(model, |signal| is_awaited(signal).then_some(())).is_empty() {
        return Ok(());
    }

    let saving = Saving {
        before: None,
        created: true,
        user: None,
        settings,
    };
    let rows = Query::new(model).with_pks(vec![pk.into()]);
    for record in rows.records(conn, Some(1), 0)? {
        send_after_save(conn, &record, &saving)?;
    }
    Ok(())
}

/// Whether anybody wants to know about saved rows of `model`, or about their links.
pub(super) fn watches_saves(model: &Meta) -> bool {
    let is_about_saves = |signal| {
        matches!(
            signal,
            Signal::BeforeSave(_)
                | Signal::AfterSave(_)
                | Signal::AfterCommit(_)
                | Signal::LinksChanged(_)
        )
    };
    !receivers(model, |signal| is_about_saves(signal).then_some(())).is_empty()
}

/// Whether anybody wants to know about deleted rows of `model`.
pub(super) fn watches_deletions(model: &Meta) -> bool {
    !deletion_receivers(model, true).is_empty() || !deletion_receivers(model, false).is_empty()
}

/// Calls the receivers of `before_delete`, or those of `after_delete`, with each of `records`. Like Django, it goes through
/// deleted rows backwards.
pub(super) fn send_deletion(
    conn: &mut Conn,
    records: &[Record],
    is_before: bool,
    deleting: &Deleting<'_>,
) -> Result<()> {
    let mut records: Vec<&Record> = records.iter().collect();
    if !is_before {
        records.reverse();
    }
    for record in records {
        for receiver in deletion_receivers(record.model, is_before) {
            receiver(conn, record, deleting)?;
        }
    }
    Ok(())
}

fn deletion_receivers(model: &Meta, is_before: bool) -> Vec<OnDeletion> {
    receivers(model, |signal| match signal {
        Signal::BeforeDelete(receiver) if is_before => Some(receiver),
        Signal::AfterDelete(receiver) if !is_before => Some(receiver),
        _ => None,
    })
}

/// Calls the receivers of `m2m_changed`.
pub(super) fn send_links_changed(conn: &mut Conn, changed: &LinksChanged<'_>) -> Result<()> {
    if changed.pk_set.is_empty() {
        return Ok(());
    }
    let called = receivers(changed.instance.model, |signal| match signal {
        Signal::LinksChanged(receiver) => Some(receiver),
        _ => None,
    });
    called
        .into_iter()
        .try_for_each(|receiver| receiver(conn, changed))
}
