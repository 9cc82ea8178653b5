//! A bulk edit of many rows, as a task.

use serde::{Deserialize, Serialize};

use super::edit::{BulkEdit, CHUNK, Outcome, Preview, fields};
use crate::admin::{Actor, AdminSite, RegisteredModel};
use crate::db::{Conn, Value};
use crate::error::{Error, Result};
use crate::http::PostData;
use crate::models::{Query, parse};
use crate::records::history::{Batch, StoredBatch};
use crate::tasks::{Task, TaskContext, TaskResult};
use crate::words::counted;

/// The name of the task.
pub(in crate::admin) const TASK_NAME: &str = "nuages.bulk_edit";

/// The arguments of the task.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::admin) struct Arguments {
    /// The model: `catalog.product`.
    model: String,
    user: i32,
    /// The ticked fields of the form, with their values.
    fields: Vec<(String, String)>,
    /// The primary keys of the rows.
    keys: Vec<String>,
}

static TASK: Task<Arguments> = Task::new(TASK_NAME, |_, _| {
    Err(Error::command("the site has no admin that could edit rows"))
});

/// Enqueues the change of `rows` to the values of `fields`, which were checked.
pub(super) fn enqueue(
    conn: &mut Conn,
    registered: &RegisteredModel,
    user: i32,
    fields: Vec<(String, String)>,
    rows: &Query,
) -> Result<TaskResult> {
    let keys = rows.clone().order_by(Vec::new()).pks(conn)?;
    let arguments = Arguments {
        model: registered.model.label(),
        user,
        fields,
        keys: keys.iter().map(Value::text).collect(),
    };
    TASK.user(user).enqueue(conn, arguments)
}

/// Changes the rows in one transaction, once, however often the task runs.
pub(in crate::admin) fn run_task(
    site: &'static AdminSite,
    context: &mut TaskContext<'_>,
    arguments: Arguments,
) -> Result<()> {
    let batch = Batch::key_of_task(context.id);
    if StoredBatch::find(context.conn(), &batch)?.is_some() {
        return Ok(());
    }
    let last = |context: &mut TaskContext<'_>, text: String| {
        context.do_not_retry();
        Err(Error::command(text))
    };
    let Some(actor) = Actor::load(context.conn(), arguments.user)? else {
        return last(context, "the user of the bulk edit has left".to_owned());
    };
    let Some(registered) = site.find_by_label(&arguments.model) else {
        return last(
            context,
            format!("the admin has no model {}", arguments.model),
        );
    };

    let mut data = PostData::default();
    for (name, value) in arguments.fields {
        data.fields.push(name, value);
    }
    let key = registered.model.pk().target();
    let keys = arguments.keys.iter().filter_map(|text| parse(key, text));
    let keys: Vec<Value> = keys.collect();
    let settings = context.settings;
    let total = i64::try_from(keys.len()).unwrap_or(i64::MAX);
    let editable = fields(registered, &actor, settings);
    let edit = match BulkEdit::read(registered, &editable, &data, total, settings) {
        Ok(edit) => edit,
        Err(errors) => {
            let errors = errors
                .into_iter()
                .map(|(name, errors)| format!("{name}: {}", errors.join(" ")));
            return last(context, errors.collect::<Vec<_>>().join("\n"));
        }
    };

    context.progress(0, total, "Writing rows")?;
    let title = format!("a bulk edit of {}", registered.model.verbose_name_plural);
    let mut writing = context.long_transaction(title, total);
    let all = actor.queryset(registered);
    let mut parts = keys.chunks(usize::try_from(CHUNK).unwrap_or(1));
    let mut count = 0;
    let mut next = |conn: &mut Conn| {
        writing.step(conn, count)?;
        count += CHUNK;
        Ok(parts.next().map(|keys| all.clone().with_pks(keys.to_vec())))
    };
    let batch = Batch {
        key: batch,
        ..Batch::new(registered.model, "Bulk edit")
    };
    let done = edit.write(context.conn(), &actor, settings, batch, &mut next);
    drop(writing);
    context.go_on()?;
    match done? {
        Outcome::Done(..) => {
            context.progress(total, total, "")?;
            Ok(())
        }
        Outcome::Refused(preview) => last(context, refusal(&preview)),
    }
}

/// Returns the reason why nothing was changed, with the rows that are wrong.
fn refusal(preview: &Preview) -> String {
    let rows = counted(preview.wrong_count, "row", "rows");
    let first = format!("{rows} cannot be saved with these values, so nothing was changed.");
    let named = preview
        .wrong
        .iter()
        .map(|(name, error)| format!("{name}: {error}"));
    let lines: Vec<String> = std::iter::once(first).chain(named).collect();
    lines.join("\n")
}
