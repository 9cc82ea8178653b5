//! [`AdminTask`]: tasks that need the models of the admin.

use std::fmt;

use serde_json::Value as Json;

use super::{AdminSite, bulk_edit, import};
use crate::error::Result;
use crate::tasks::{AnyTask, TaskContext};

/// A task that needs the models of the admin.
pub(crate) struct AdminTask {
    name: &'static str,
    site: &'static AdminSite,
    run: fn(&'static AdminSite, &mut TaskContext<'_>, Json) -> Result<Json>,
}

impl fmt::Debug for AdminTask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AdminTask")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl AnyTask for AdminTask {
    fn name(&self) -> &'static str {
        self.name
    }

    fn run(&'static self, context: &mut TaskContext<'_>, arguments: Json) -> Result<Json> {
        (self.run)(self.site, context, arguments)
    }
}

/// Returns the tasks of the admin, for a worker of the process.
pub(crate) fn tasks(site: &'static AdminSite) -> [&'static dyn AnyTask; 2] {
    let tasks = [
        AdminTask {
            name: import::TASK_NAME,
            site,
            run: import::run_task,
        },
        AdminTask {
            name: bulk_edit::TASK_NAME,
            site,
            run: bulk_edit::run_task,
        },
    ];
    tasks.map(|task| Box::leak(Box::new(task)) as &'static dyn AnyTask)
}
