//! [`Outcome`]: the result of a request for a form.

use serde::{Deserialize, Serialize};

use super::page::Content;
use crate::error::Result;

/// The result of the request.
pub(super) enum Outcome {
    /// The form is shown.
    Page(Box<Content>),
    /// The row does not exist.
    Missing,
    /// The form was saved.
    Saved(Saved),
}

/// A row that was saved.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Saved {
    pub(super) pk: String,
    pub(super) name: String,
    pub(super) added: bool,
    pub(super) may_change: bool,
    /// Further messages for the user.
    pub(super) notes: Vec<String>,
}

impl Saved {
    /// Restores the result of a form that was saved, for its second submission.
    pub(super) fn again(noted: &str) -> Result<Self> {
        let saved: Self = serde_json::from_str(noted).map_err(std::io::Error::other)?;
        let note = "You had sent this page before. Nothing was added a second time.".to_owned();
        Ok(Self {
            notes: vec![note],
            ..saved
        })
    }
}
