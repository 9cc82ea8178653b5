//! Prevents a form that is sent twice from adding rows twice; docs/adr/0021 gives the details.
//!
//! A page with a form that adds rows carries a [one-time id](new_id) in the hidden input
//! [`SUBMISSION`]. The transaction that saves the form first [claims](Submission::claim) the id,
//! then adds its rows, and [records](Submission::finish) its response. A second request with the
//! same page waits for that transaction, reads the response, and returns it again.
//!
//! A client that sends no id is handled as in Django.

mod content;
mod rows;

use crate::db::Conn;
use crate::error::Result;
use crate::http::PostData;
use crate::settings::Settings;
use crate::signing::{Signer, b64_encode, random_string, salted_hmac};

pub(crate) use content::digest;
pub use rows::delete_old;

/// The name of the hidden input.
pub const SUBMISSION: &str = "_submission";
const SIGNER: Signer<'_> = Signer::new("nuages.forms.submission");
const LENGTH: usize = 22;

/// Creates the id of a form on a page for this user, or for a visitor who is not logged in. The id
/// is signed, so that nobody can create one for another user.
pub fn new_id(user_id: Option<i32>, settings: &Settings) -> String {
    SIGNER.sign(
        &format!("{}.{}", random_string(LENGTH), owner(user_id)),
        &settings.secret_key,
    )
}

/// Returns the user for whom the page with this id was made; `None` if the id is not signed by this
/// site. The inner value is `None` for a visitor who was not logged in.
pub fn user_of(id: &str, settings: &Settings) -> Option<Option<i32>> {
    let (value, _) = SIGNER.unsign(id, settings.secret_keys()).ok()?;
    let (_, owner) = value.split_once('.')?;
    if owner.is_empty() {
        Some(None)
    } else {
        owner.parse().ok().map(Some)
    }
}

fn owner(user_id: Option<i32>) -> String {
    user_id.map_or_else(String::new, |id| id.to_string())
}

/// The identity of a submitted form.
#[derive(Debug, Clone)]
pub struct Submission {
    key: String,
    user_id: Option<i32>,
    digest: String,
}

/// Whether a form was submitted before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// The form was not submitted before: save it, then call [`finish`](Submission::finish).
    First,
    /// The same content was saved, with this recorded response.
    Again(String),
    /// The page was saved with different content, with this recorded response.
    Changed(String),
}

impl Submission {
    /// Reads the submission in `post`, if it contains an id for this user. `place` identifies the
    /// form: an id is valid for one form only.
    ///
    /// This reads uploaded files: call it on a blocking thread.
    pub fn from_post(
        post: &PostData,
        user_id: Option<i32>,
        place: &str,
        settings: &Settings,
    ) -> Result<Option<Self>> {
        let id = post.get(SUBMISSION);
        if user_of(id, settings) != Some(user_id) {
            return Ok(None);
        }
        let keyed = |text: &[u8]| {
            b64_encode(&salted_hmac(
                "nuages.forms.submissions",
                text,
                settings.secret_key.reveal(),
            ))
        };
        let key = keyed([id, place].join("\0").as_bytes());
        // The digest is keyed, because the content may contain a password.
        let digest = keyed(&digest(post)?);
        Ok(Some(Self {
            key,
            user_id,
            digest,
        }))
    }

    /// Claims the id in the transaction that saves the form. Waits for another transaction that has
    /// claimed it.
    pub fn claim(&self, conn: &mut Conn) -> Result<Claim> {
        if rows::insert(conn, &self.key, self.user_id, &self.digest)? {
            return Ok(Claim::First);
        }
        Ok(self.answer(conn)?.unwrap_or(Claim::First))
    }

    /// Returns the response that was recorded when the page was saved; `None` if it was not saved
    /// yet.
    pub fn answer(&self, conn: &mut Conn) -> Result<Option<Claim>> {
        let found = rows::find(conn, &self.key)?;
        Ok(found.map(|(digest, answer)| {
            if digest == self.digest {
                Claim::Again(answer)
            } else {
                Claim::Changed(answer)
            }
        }))
    }

    /// Records the response. Call it in the transaction that claimed the id.
    pub fn finish(&self, conn: &mut Conn, answer: &str) -> Result<()> {
        rows::note_answer(conn, &self.key, answer)
    }

    /// Releases the id: the form was not saved, and its next submission counts as the first.
    pub fn release(&self, conn: &mut Conn) -> Result<()> {
        rows::delete(conn, &self.key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Env;

    #[test]
    fn an_id_is_of_one_user_and_of_this_site() {
        let settings = |key| Settings::read(&Env::from_pairs(&[("SECRET_KEY", key)])).unwrap();
        let (ours, theirs) = (settings("x"), settings("y"));
        let id = new_id(Some(7), &ours);
        assert_eq!(
            user_of(&id, &ours),
            Some(Some(7)),
            "the user for whom it was made"
        );
        assert_eq!(
            user_of(&new_id(None, &ours), &ours),
            Some(None),
            "a visitor who is not logged in"
        );
        assert_eq!(user_of(&id, &theirs), None, "another site did not make it");
        assert_eq!(
            user_of(&id.replace(".7:", ".8:"), &ours),
            None,
            "nobody makes one for somebody else"
        );
        assert_eq!(user_of("", &ours), None, "no id");
        assert_ne!(new_id(Some(7), &ours), id, "each page has an id of its own");
    }
}
