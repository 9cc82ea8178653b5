//! The summary above a form: errors and conflicts, with the controls that they are about.

/// A field that two people have changed.
#[derive(Debug, Clone)]
pub(in crate::admin) struct ConflictRow {
    /// The id of the control.
    pub(in crate::admin) target: String,
    pub(in crate::admin) label: String,
    pub(in crate::admin) mine: String,
    pub(in crate::admin) theirs: String,
}

/// An error, with the id of its control.
#[derive(Debug, Clone)]
pub(in crate::admin) struct Problem {
    pub(in crate::admin) target: String,
    pub(in crate::admin) text: String,
}
