//! The state of reloading, which the first process writes and the serving process shows to browsers.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::settings::reload_state;

/// The state that an open page asks for.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct State {
    /// The number of the process that serves the site. A page that was made by another one reloads.
    pub(super) started: u64,
    /// The messages of the compiler; "" if the last build succeeded.
    pub(super) error: String,
}

/// Whether this process was started by a `runserver` that reloads.
pub(in crate::commands) fn is_reloading() -> bool {
    reload_state().is_some()
}

impl State {
    /// Reads the state of the `runserver` that started this process.
    pub(super) fn read() -> Self {
        reload_state()
            .and_then(|path| std::fs::read(path).ok())
            .and_then(|text| serde_json::from_slice(&text).ok())
            .unwrap_or_default()
    }

    /// Replaces the file in one step, so that no reader sees half of it.
    pub(super) fn write(&self, path: &Path) -> Result<()> {
        let new = path.with_extension("new");
        std::fs::write(&new, self.json())?;
        std::fs::rename(new, path)?;
        Ok(())
    }

    /// Returns the state as JSON.
    pub(super) fn json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}
