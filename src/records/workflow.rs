//! [`Workflow`]: a column whose values follow one another by rules, such as the status of an order.

use diesel::query_source::Column;

use super::{Change, FieldError, Hooks, Saving};
use crate::db::{Conn, Value};
use crate::error::Result;
use crate::models::{Assignment, Model, Query, Record};
use crate::settings::Settings;

/// The rules for a column with a status, and what belongs to each change (like `django-fsm`). The model has the primary key
/// `id`.
///
/// [`change`](Self::change) changes rows in code, [`hooks`](Self::hooks) keeps the rules in the admin's form, and
/// `Action::workflow` makes the admin's actions:
///
/// ```
/// use nuages::admin::options::Action;
/// use nuages::prelude::*;
/// use nuages::records::{Moved, Workflow};
///
/// /// A request for help.
/// #[nuages::model(app = "desk", display = "text")]
/// pub struct Ticket {
///     pub text: String,
///     #[field(max_length = 10, choices = ["open", "solved", "closed"], default = "open")]
///     pub state: String,
/// }
///
/// struct TicketState;
///
/// impl Workflow for TicketState {
///     type Model = Ticket;
///     type Column = desk_ticket::state;
///     const SOURCES: &[(&str, &[&str])] =
///         &[("solved", &["open"]), ("open", &["solved"]), ("closed", &["open", "solved"])];
///     const ACTIONS: &[(&str, &str, &str)] = &[("close", "Close selected tickets", "closed")];
///
///     fn follow(_conn: &mut Conn, moved: &Moved<'_>) -> Result<()> {
///         log::info!("{} made {:?} {}", moved.who, moved.ids, moved.to);
///         Ok(())
///     }
/// }
///
/// fn register(site: AdminSite) -> AdminSite {
///     site.register::<Ticket>(|it| it.hooks(TicketState::hooks()).actions(Action::workflow::<TicketState>()))
/// }
/// # fn main() {}
/// ```
pub trait Workflow: Sized + 'static {
    /// The model.
    type Model: Model;
    /// The column with the status, as Diesel calls it: `desk_ticket::state`.
    type Column: Column;
    /// Each status with those from which a row may get it. A status that is not listed is only for new rows.
    const SOURCES: &'static [(&'static str, &'static [&'static str])];
    /// The actions of the admin: the name, the label, and the new status.
    const ACTIONS: &'static [(&'static str, &'static str, &'static str)] = &[];

    /// Returns the primary keys of the rows that have to keep the rules, by default of all. The other rows may get any status,
    /// and [`follow`](Self::follow) is not called for them.
    fn ruled(conn: &mut Conn, ids: Vec<i64>) -> Result<Vec<i64>> {
        let _ = conn;
        Ok(ids)
    }

    /// Does what belongs to a change of rows, in the same transaction: sends mail, writes a history. A form has saved the
    /// inline rows before.
    fn follow(conn: &mut Conn, moved: &Moved<'_>) -> Result<()>;

    /// Returns the statuses from which a row may get the status `to`.
    fn sources(to: &str) -> &'static [&'static str] {
        let mut all = Self::SOURCES.iter();
        all.find(|(status, _)| *status == to).map_or(&[], |it| it.1)
    }

    /// Gives the status `to` to those of these rows for which it is allowed, and does what follows. Returns their primary
    /// keys. Call it in a transaction: the rows are locked first, in the order of their keys, so a concurrent change waits
    /// and then reads the new status.
    fn change(
        conn: &mut Conn,
        settings: &Settings,
        ids: Vec<i64>,
        to: &str,
        who: &str,
    ) -> Result<Vec<i64>> {
        let may_change = |from: &str| Self::sources(to).contains(&from);
        let ids = set::<Self>(conn, ids, to, may_change)?;
        if ids.is_empty() {
            return Ok(ids);
        }

        let moved = Moved {
            ids: &ids,
            to,
            who,
            settings,
        };
        Self::follow(conn, &moved)?;
        Ok(ids)
    }

    /// Returns the hooks of the admin: the form refuses a status that the rules do not allow, with an error beside the
    /// field, and does what follows from an allowed one.
    fn hooks() -> Hooks {
        Hooks {
            check: Some(check::<Self>),
            save_related: Some(follow_saved::<Self>),
            ..Hooks::NONE
        }
    }
}

/// Rows that have got a new status.
#[derive(Debug, Clone, Copy)]
pub struct Moved<'a> {
    /// The primary keys of the rows, in ascending order.
    pub ids: &'a [i64],
    /// The new status.
    pub to: &'a str,
    /// The name of the user or program that has changed the status.
    pub who: &'a str,
    /// The settings of the site.
    pub settings: &'a Settings,
}

/// Number of rows that are locked and changed with one statement each.
const AT_ONCE: usize = 500;

/// Returns the status of a row.
fn status<W: Workflow>(row: &Record) -> String {
    let column = row.model.column(W::Column::NAME);
    column.map_or_else(String::new, |column| row.value(column).text())
}

/// Locks rows in the order of their keys, and gives the status `to` to those whose status `may_change`. Returns their primary
/// keys.
fn set<W: Workflow>(
    conn: &mut Conn,
    mut ids: Vec<i64>,
    to: &str,
    may_change: impl Fn(&str) -> bool,
) -> Result<Vec<i64>> {
    let Some(column) = W::Model::meta().column(W::Column::NAME) else {
        return Ok(Vec::new());
    };
    let in_order = Query::new(W::Model::meta()).order_by(Vec::new());
    let with_ids = |ids: &[i64]| {
        let pks = ids.iter().copied().map(Value::from).collect();
        in_order.clone().with_pks(pks)
    };
    ids.sort_unstable();

    let mut changed = Vec::new();
    for some in ids.chunks(AT_ONCE) {
        let rows = with_ids(some).locked(conn)?;
        let rows = rows.iter().filter(|row| may_change(&status::<W>(row)));
        let mut ids: Vec<i64> = rows.filter_map(|row| row.pk().as_i64()).collect();
        ids.sort_unstable();
        let status = Assignment::for_field(column, to.to_owned());
        with_ids(&ids).update(conn, &[status])?;
        changed.extend(ids);
    }
    Ok(changed)
}

/// Gives the status `to` to rows that need not keep the rules; returns the number of rows that had another one.
pub(crate) fn set_freely<W: Workflow>(conn: &mut Conn, ids: Vec<i64>, to: &str) -> Result<usize> {
    set::<W>(conn, ids, to, |from| from != to).map(|ids| ids.len())
}

/// Refuses a new status that the rules do not allow.
fn check<W: Workflow>(conn: &mut Conn, change: &Change<'_>) -> Result<Vec<FieldError>> {
    let (Some(before), Some(id)) = (change.before, change.after.pk().as_i64()) else {
        return Ok(Vec::new());
    };
    let (from, to) = (status::<W>(before), status::<W>(change.after));
    if from == to || W::sources(&to).contains(&&*from) || W::ruled(conn, vec![id])?.is_empty() {
        return Ok(Vec::new());
    }
    let name = &change.after.model.verbose_name;
    let text = format!("The {name} is {from} and cannot become {to}.");
    Ok(vec![FieldError::named(W::Column::NAME, text)])
}

/// Does what follows from a new status of a row that was saved.
fn follow_saved<W: Workflow>(conn: &mut Conn, row: &Record, saving: &Saving<'_>) -> Result<()> {
    let (to, id) = (status::<W>(row), row.pk().as_i64().unwrap_or_default());
    let is_new_status = saving
        .before
        .is_some_and(|before| status::<W>(before) != to);
    if !is_new_status || W::ruled(conn, vec![id])?.is_empty() {
        return Ok(());
    }
    let moved = Moved {
        ids: &[id],
        to: &to,
        who: saving.user.map_or("", |user| &user.username),
        settings: saving.settings,
    };
    W::follow(conn, &moved)
}
