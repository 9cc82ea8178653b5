//! The actions of a [`Workflow`].

use std::collections::HashSet;

use super::action::{Action, ActionRequest, ActionResult};
use crate::db::Conn;
use crate::error::Result;
use crate::messages::Level;
use crate::records::{Workflow, set_freely};

impl Action {
    /// Returns the actions of a workflow. Each gives the selected rows its status, where the rules allow that, and says how
    /// many rows were left out.
    pub fn workflow<W: Workflow>() -> impl Iterator<Item = Self> {
        let actions = W::ACTIONS.iter();
        actions.map(|(name, label, _)| Self::new(name, label, run::<W>))
    }
}

fn run<W: Workflow>(conn: &mut Conn, request: &ActionRequest<'_>) -> Result<ActionResult> {
    let mut actions = W::ACTIONS.iter();
    let action = actions.find(|(name, ..)| *name == request.action);
    let to = action.map_or("", |(_, _, to)| to);
    let mut ids = Vec::new();
    request.each_chunk(conn, |_, rows| {
        ids.extend(rows.iter().filter_map(|row| row.pk().as_i64()));
        Ok(())
    })?;

    let count = ids.len();
    let ruled = W::ruled(conn, ids.clone())?;
    let keep: HashSet<i64> = ruled.iter().copied().collect();
    ids.retain(|id| !keep.contains(id));
    let who = &request.user.username;
    let changed = W::change(conn, request.settings, ruled, to, who)?.len();
    let changed = changed + set_freely::<W>(conn, ids, to)?;

    let said = |count: usize| {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        format!("{count} {}", request.selection.model().counted(count))
    };
    let (are, were) = (
        are(changed, "is", "are"),
        are(count - changed, "was", "were"),
    );
    let done = format!("{} {are} {to} now.", said(changed));
    if changed == count {
        return Ok(ActionResult::success(done));
    }
    let left_out = said(count - changed);
    Ok(ActionResult {
        level: Level::WARNING,
        message: format!("{done} {left_out} {were} left out: their status does not allow it."),
    })
}

fn are(count: usize, one: &'static str, many: &'static str) -> &'static str {
    if count == 1 { one } else { many }
}
