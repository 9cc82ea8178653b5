//! Checks all rows of an import, and writes them.

use serde::{Deserialize, Serialize};

use super::apply::{Apply, Stopped};
use super::cancel::CancelNotice;
use super::changes::{self, StagedChange};
use super::check::{CheckedRow, Outcome, Seen};
use super::plan::{Mode, Plan, keys, mapped};
use super::rows::{self, Counts, Import, SampleRow, state};
use crate::admin::AdminSite;
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::forms::model::Violation;
use crate::records::history::PendingChange;
use crate::records::{Actor, RecordChange};
use crate::settings::Settings;
use crate::tasks::{Task, TaskContext};
use crate::words::counted;

/// The name of the task.
pub(in crate::admin) const TASK_NAME: &str = "nuages.import";
/// Number of rows that are checked at once.
const CHUNK: i64 = 250;
/// Number of changes that the page shows.
const SAMPLE: usize = 20;

/// The arguments of the task.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::admin) struct Arguments {
    pub(super) import: i64,
    /// Whether the rows are only checked.
    pub(super) only_check: bool,
}

/// Enqueues the task; `run_task` runs it.
pub(super) static TASK: Task<Arguments> = Task::new(TASK_NAME, |_, _| {
    Err(Error::command(
        "the site has no admin that could import rows",
    ))
});

/// Checks or writes the rows of an import.
pub(in crate::admin) fn run_task(
    site: &'static AdminSite,
    context: &mut TaskContext<'_>,
    arguments: Arguments,
) -> Result<()> {
    let Some(import) = found(context, &arguments)? else {
        return Ok(());
    };
    let settings = context.settings;
    let Some(actor) = Actor::load(context.conn(), import.user_id)? else {
        context.do_not_retry();
        return Err(Error::command("the user of the import has left"));
    };
    // A process that was killed may have left it.
    CancelNotice::remove(settings, import.id);
    let plan = match plan(site, &import, &actor, settings) {
        Ok(plan) => plan,
        Err(text) => {
            context.do_not_retry();
            return Err(Error::command(text));
        }
    };

    if arguments.only_check {
        return dry_run(&mut Worker::Task(context), &plan, &import).map(drop);
    }
    write(context, &plan, &import)
}

/// Returns the import of a task; `None` if it was deleted, cancelled, finished, or started again with another task.
fn found(context: &mut TaskContext<'_>, arguments: &Arguments) -> Result<Option<Import>> {
    let task = context.id;
    let state = if arguments.only_check {
        state::CHECKING
    } else {
        state::RUNNING
    };
    let conn = context.conn();
    let Some(import) = rows::find(conn, arguments.import)?.filter(|it| it.task_id == Some(task))
    else {
        return Ok(None);
    };
    // Somebody runs the task again on the page of all tasks.
    rows::move_to(conn, &import, &[state::FAILED], state, "")?;
    let import = rows::find(conn, import.id)?;
    Ok(import.filter(|import| import.state == state))
}

/// Returns the plan of an import. The error says what is wrong with the mapping.
pub(super) fn plan<'a>(
    site: &'static AdminSite,
    import: &Import,
    actor: &'a Actor,
    settings: &'a Settings,
) -> std::result::Result<Plan<'a>, String> {
    let (app, model) = import.model.split_once('.').unwrap_or_default();
    let registered = site
        .find(app, &model.to_lowercase())
        .ok_or_else(|| format!("the admin has no model {}", import.model))?;
    if !registered.may_be_imported(actor, settings) {
        return Err(format!(
            "the user may not import {} any more",
            registered.model.verbose_name_plural
        ));
    }
    let key = keys(registered)
        .into_iter()
        .find(|field| field.name == import.key)
        .ok_or_else(|| format!("the field {} cannot identify rows", import.key))?;
    let names: Vec<String> = serde_json::from_str(&import.mapping).unwrap_or_default();
    Ok(Plan {
        registered,
        actor,
        settings,
        key,
        mode: Mode::named(&import.mode).unwrap_or(Mode::Both),
        targets: mapped(registered, actor, &names)?,
    })
}

/// The thread that checks rows: a request, or a worker.
pub(super) enum Worker<'a, 'b> {
    Request(&'a mut Conn),
    Task(&'a mut TaskContext<'b>),
}

impl Worker<'_, '_> {
    fn conn(&mut self) -> &mut Conn {
        match self {
            Self::Request(conn) => conn,
            Self::Task(context) => context.conn(),
        }
    }

    fn progress(&mut self, done: i64, total: i64, text: &str) -> Result<()> {
        match self {
            Self::Request(_) => Ok(()),
            Self::Task(context) => context.progress(done, total, text),
        }
    }
}

/// Checks all rows in short transactions, and stores their changes, their errors and the counts. Writes nothing else. Returns
/// `None` if the user has cancelled the import or started it again.
pub(super) fn dry_run(
    worker: &mut Worker<'_, '_>,
    plan: &Plan<'_>,
    import: &Import,
) -> Result<Option<Counts>> {
    changes::clear(worker.conn(), import.id)?;
    rows::clear_errors(worker.conn(), import.id)?;
    let (mut counts, mut sample, mut seen) = (Counts::default(), Vec::new(), Seen::default());
    let mut behind = 0;
    loop {
        let chunk = rows::next(worker.conn(), import.id, behind, CHUNK)?;
        let Some(last) = chunk.last() else {
            break;
        };
        behind = last.number;
        let checked = plan.check(worker.conn(), chunk, &mut seen, false)?;
        counts.add(&checked);
        add_samples(worker.conn(), plan, &checked, &mut sample)?;
        let is_stored = store(worker.conn(), plan, import, &checked)?;
        if !is_stored {
            return Ok(None);
        }
        worker.progress(behind, import.total, "Checking rows")?;
    }
    rows::set_counts(worker.conn(), import.id, counts, &sample)?;
    let (from, to) = (&[state::CHECKING], state::CHECKED);
    rows::move_to(worker.conn(), import, from, to, "")?;
    Ok(Some(counts))
}

/// Stores the changes and errors of rows. Returns false if the user has cancelled the import or started it again.
fn store(
    conn: &mut Conn,
    plan: &Plan<'_>,
    import: &Import,
    checked: &[CheckedRow],
) -> Result<bool> {
    let mut staged = Vec::new();
    for row in checked {
        staged.extend(staged_change(plan, import.id, row)?);
    }
    let errors = errors(checked)?;
    conn.atomic(|conn| {
        let now = rows::find(conn, import.id)?;
        if !now.is_some_and(|now| now.is_same_run(import)) {
            return Ok(false);
        }
        changes::insert(conn, &staged)?;
        rows::set_errors(conn, import.id, &errors)?;
        Ok(true)
    })
}

/// Returns the change that a checked row makes; `None` if it makes none.
fn staged_change(plan: &Plan<'_>, import: i64, row: &CheckedRow) -> Result<Option<StagedChange>> {
    let Some(form) = &row.form else {
        return Ok(None);
    };
    if !matches!(row.outcome, Outcome::New | Outcome::Changed) {
        return Ok(None);
    }

    let new = RecordChange::from_form(form);
    let Some(mut pending) = PendingChange::new(new.before, Some(&new.after)) else {
        return Ok(None);
    };
    for links in &new.links {
        pending.add_links(links.field, &links.removed(), &links.added());
    }
    let labels = plan.labels(form);
    Ok(Some(StagedChange {
        import_id: import,
        number: row.number,
        object_id: new.before.map_or_else(String::new, |row| row.pk().text()),
        labels: serde_json::to_string(&labels).map_err(std::io::Error::other)?,
        changes: serde_json::to_string(&pending.changes).map_err(std::io::Error::other)?,
    }))
}

fn add_samples(
    conn: &mut Conn,
    plan: &Plan<'_>,
    checked: &[CheckedRow],
    sample: &mut Vec<SampleRow>,
) -> Result<()> {
    let changed = checked.iter().filter(|row| row.outcome == Outcome::Changed);
    let forms = changed.filter_map(|row| row.form.as_ref());
    for form in forms.take(SAMPLE.saturating_sub(sample.len())) {
        sample.push(plan.sample(conn, form)?);
    }
    Ok(())
}

/// Returns the errors of wrong rows as JSON, by the numbers of the rows.
fn errors(checked: &[CheckedRow]) -> Result<Vec<(i64, String)>> {
    let wrong = checked.iter().filter(|row| row.outcome == Outcome::Wrong);
    wrong
        .map(|row| {
            let text = serde_json::to_string(&row.errors).map_err(std::io::Error::other)?;
            Ok((row.number, text))
        })
        .collect()
}

impl Counts {
    fn add(&mut self, checked: &[CheckedRow]) {
        for row in checked {
            match row.outcome {
                Outcome::New => self.new += 1,
                Outcome::Changed => self.changed += 1,
                Outcome::Unchanged => self.unchanged += 1,
                Outcome::Wrong => self.wrong += 1,
            }
        }
    }
}

/// Checks all rows again, and then writes them in one transaction.
fn write(context: &mut TaskContext<'_>, plan: &Plan<'_>, import: &Import) -> Result<()> {
    let Some(counts) = dry_run(&mut Worker::Task(context), plan, import)? else {
        return Ok(());
    };
    let end = |conn: &mut Conn, to: &str, text: &str| {
        rows::move_to(conn, import, &[state::RUNNING], to, text).map(drop)
    };
    if counts.wrong > 0 && !import.is_partial {
        let text = "Some rows are wrong, so nothing was imported.";
        return end(context.conn(), state::FAILED, text);
    }

    context.progress(0, import.total, "Writing rows")?;
    let title = format!("an import of {}", plan.registered.model.verbose_name_plural);
    let mut apply = Apply {
        plan,
        import,
        writing: context.long_transaction(title, import.total),
    };
    let mut stopped = None;
    let done = context.conn().atomic(|conn| {
        apply.run(conn, counts.new).map_err(|why| {
            stopped = Some(why);
            // Any error rolls back the transaction: the reason is in `stopped`.
            Error::NotFound
        })
    });
    drop(apply);
    match (done, stopped) {
        (Ok(()), _) => {
            rows::delete_right_rows(context.conn(), import.id, import.total)?;
            context.progress(import.total, import.total, "")
        }
        (Err(_), Some(Stopped::Ended)) => Ok(()),
        (Err(_), Some(Stopped::Cancelled)) => end(context.conn(), state::CANCELLED, ""),
        (Err(_), Some(Stopped::Interrupted)) => context.go_on(),
        (Err(_), Some(Stopped::Wrong(count))) => {
            let rows = counted(count, "row", "rows");
            let text = format!(
                "{rows} became wrong while the import ran, so nothing was imported. Check the rows again."
            );
            end(context.conn(), state::FAILED, &text)
        }
        (Err(_), Some(Stopped::Failed(error))) => {
            let Some(violation) = Violation::from_error(&error) else {
                return Err(error);
            };
            let text = format!(
                "Nothing was imported. {}",
                violation.text(plan.registered.model)
            );
            end(context.conn(), state::FAILED, &text)
        }
        (Err(error), None) => Err(error),
    }
}
