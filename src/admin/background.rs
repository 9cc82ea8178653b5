//! [`AdminTask`]: tasks that need the models of the admin.

use std::fmt;

use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use super::{AdminSite, bulk_edit, import};
use crate::error::{Error, Result};
use crate::tasks::{AnyTask, TaskContext};

/// A task that needs the models of the admin, with arguments of the type `A`.
struct AdminTask<A: 'static> {
    name: &'static str,
    site: &'static AdminSite,
    run: fn(&'static AdminSite, &mut TaskContext<'_>, A) -> Result<()>,
}

impl<A> fmt::Debug for AdminTask<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AdminTask")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl<A: DeserializeOwned> AnyTask for AdminTask<A> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn run(&'static self, context: &mut TaskContext<'_>, arguments: Json) -> Result<Json> {
        let arguments = serde_json::from_value(arguments).map_err(|error| {
            Error::command(format!("the arguments of the task {}: {error}", self.name))
        })?;
        (self.run)(self.site, context, arguments)?;
        Ok(Json::Null)
    }
}

/// Returns the tasks of the admin, for a worker of the process.
pub(crate) fn tasks(site: &'static AdminSite) -> [&'static dyn AnyTask; 2] {
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
    ]
}
