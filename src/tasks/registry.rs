//! The tasks that a worker knows.

use std::collections::HashMap;

use super::task::AnyTask;

/// The tasks of a site, by their names.
#[derive(Debug, Default)]
pub struct Registry(HashMap<&'static str, &'static dyn AnyTask>);

impl Registry {
    /// Adds a task. A task that has the same name as a former one replaces it.
    #[must_use]
    pub fn with(mut self, task: &'static dyn AnyTask) -> Self {
        self.0.insert(task.name(), task);
        self
    }

    /// Returns the task with this name.
    pub(super) fn find(&self, name: &str) -> Option<&'static dyn AnyTask> {
        self.0.get(name).copied()
    }
}
