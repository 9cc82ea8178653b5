//! The kind of an action, as pages show it.

use crate::admin::LogEntry;

/// The kind of an action. SQLite lets `action_flag` hold anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::admin) enum ActKind {
    Added,
    Changed,
    Deleted,
    Unknown,
}

impl ActKind {
    pub(in crate::admin) fn from_entry(entry: &LogEntry) -> Self {
        Self::from_flag(entry.action_flag)
    }

    /// Returns the kind of Django's `action_flag`.
    pub(in crate::admin) fn from_flag(flag: i16) -> Self {
        match flag {
            1 => Self::Added,
            2 => Self::Changed,
            3 => Self::Deleted,
            _ => Self::Unknown,
        }
    }

    /// Returns the class of the entry's element.
    pub(in crate::admin) fn class(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Changed => "changed",
            Self::Deleted => "deleted",
            Self::Unknown => "unknown",
        }
    }

    pub(in crate::admin) fn icon(self) -> &'static str {
        match self {
            Self::Added => "plus",
            Self::Changed => "edit",
            Self::Deleted => "trash",
            Self::Unknown => "unknown",
        }
    }

    /// Returns the words after the name of the model: `Product added`.
    pub(in crate::admin) fn words(self) -> &'static str {
        match self {
            Self::Unknown => "· unknown action",
            known => known.class(),
        }
    }

    /// Returns the name of the action.
    pub(in crate::admin) fn name(self) -> &'static str {
        match self {
            Self::Added => "Addition",
            Self::Changed => "Change",
            Self::Deleted => "Deletion",
            Self::Unknown => "Unknown action",
        }
    }
}
