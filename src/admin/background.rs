//! [`AdminTask`]: tasks that need the models of the admin.

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use super::{AdminSite, bulk_edit, import, revisions};
use crate::error::{Error, Result};
use crate::tasks::{AnyTask, TaskContext};

/// The most rows that a request changes. A task changes more.
pub(super) const AT_ONCE: i64 = 1000;

/// A task that needs the models of the admin, with arguments of the type `A` and a result of the type `R`.
struct AdminTask<A: 'static, R: 'static> {
    name: &'static str,
    site: &'static AdminSite,
    run: fn(&'static AdminSite, &mut TaskContext<'_>, A) -> Result<R>,
}

impl<A, R> fmt::Debug for AdminTask<A, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AdminTask")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl<A: DeserializeOwned, R: Serialize> AnyTask for AdminTask<A, R> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn run(&'static self, context: &mut TaskContext<'_>, arguments: Json) -> Result<Json> {
        let unreadable = |error: serde_json::Error| {
            Error::command(format!("the arguments of the task {}: {error}", self.name))
        };
        let arguments = serde_json::from_value(arguments).map_err(unreadable)?;
        let result = (self.run)(self.site, context, arguments)?;
        serde_json::to_value(result).map_err(unreadable)
    }
}

/// Returns the tasks of the admin, for a worker of the process.
pub(crate) fn tasks(site: &'static AdminSite) -> [&'static dyn AnyTask; 3] {
    [
        Box::leak(Box::new(AdminTask {
            name: import::TASK_NAME,
            site,
            run: import::run_task,
        })),
        Box::leak(Box::new(AdminTask {
            name: bulk_edit::TASK_NAME,
            site,
            run: bulk_edit::run_task,
        })),
        Box::leak(Box::new(AdminTask {
            name: revisions::UNDO_TASK_NAME,
            site,
            run: revisions::run_undo_task,
        })),
    ]
}
