//! Forms that are sent twice add nothing twice: docs/adr/0021 says how.
//!
//! A page with a form that adds rows carries a [one-time id](new_id) in the hidden input [`SUBMISSION`]. The transaction that
//! saves the form [claims](Submission::claim) the id first, adds its rows, and [notes](Submission::finish) what is to be
//! answered. A second sending of the same page waits for that transaction, finds the answer, and gives it again.
//!
//! A client that sends no id is served as Django does.

mod content;
mod rows;

use crate::db::Conn;
use crate::error::Result;
use crate::http::PostData;
use crate::settings::Settings;
use crate::signing::{Signer, b64_encode, random_string, salted_hmac};

pub use rows::delete_old;

/// The name of the hidden input.
pub const SUBMISSION: &str = "_submission";
const SIGNER: Signer<'_> = Signer::new("nuages.forms.submission");
const LENGTH: usize = 22;

/// Makes the id of one form on one page for this user, or for a visitor who is not logged in. It is signed: nobody can make
/// one for somebody else.
pub fn new_id(user_id: Option<i32>, settings: &Settings) -> String {
    SIGNER.sign(
        &format!("{}.{}", random_string(LENGTH), owner(user_id)),
        &settings.secret_key,
    )
}

/// The user for whom the page with this id was made; `None` if this site made no such id. The inner value is `None` for a
/// visitor who was not logged in.
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

/// A form that was sent, as it is told from others.
#[derive(Debug, Clone)]
pub struct Submission {
    key: String,
    user_id: Option<i32>,
    digest: String,
}

/// Whether a form was sent before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// It was not: save it, then [`finish`](Submission::finish).
    First,
    /// The same content was saved, and this was noted as the answer.
    Again(String),
    /// The page was saved with other content, and this was noted as the answer to that.
    Changed(String),
}

impl Submission {
    /// Reads the submission in `post`, if it carries an id that was made for this user. `place` names the form: an id means
    /// nothing elsewhere.
    ///
    /// It reads the files that were sent: call it where blocking is allowed.
    pub fn of(
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
        // Keyed, because the content may hold a password.
        let digest = keyed(&content::digest(post)?);
        Ok(Some(Self {
            key,
            user_id,
            digest,
        }))
    }

    /// Claims the id inside the transaction that saves the form. Another transaction that has claimed it is waited for.
    pub fn claim(&self, conn: &mut Conn) -> Result<Claim> {
        if rows::insert(conn, &self.key, self.user_id, &self.digest)? {
            return Ok(Claim::First);
        }
        Ok(self.answer(conn)?.unwrap_or(Claim::First))
    }

    /// The answer that the page got when it was saved; `None` if it was not saved yet.
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

    /// Notes what is answered. To be called in the transaction that claimed the id.
    pub fn finish(&self, conn: &mut Conn, answer: &str) -> Result<()> {
        rows::note_answer(conn, &self.key, answer)
    }

    /// Gives the id back: the form was not saved, and its next sending is the first.
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
