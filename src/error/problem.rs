//! [`Problem`]: the description of a failed request for programs.

use std::fmt;

use actix_web::http::StatusCode;
use serde_json::{Map, Value as Json, json};

use super::Error;

/// The description of a failed request for programs (RFC 9457).
///
/// An API answers with it as `application/problem+json`:
///
/// ```
/// use nuages::actix_web::http::StatusCode;
/// use nuages::error::Problem;
///
/// let problem = Problem::invalid().error("price", "Enter a number.");
/// assert_eq!(problem.status(), StatusCode::UNPROCESSABLE_ENTITY);
/// assert_eq!(problem.json()["errors"]["price"][0], "Enter a number.");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    status: StatusCode,
    detail: String,
    /// The texts for each field, in the order in which the fields were first named.
    errors: Vec<(String, Vec<String>)>,
}

impl Problem {
    /// Creates a problem with this status and this text for people.
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            status,
            detail: detail.into(),
            errors: Vec::new(),
        }
    }

    /// Creates the problem of a body with invalid values (422). Add them with [`error`](Self::error).
    pub fn invalid() -> Self {
        let text = "The request was understood, but some of its values are not valid.";
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, text)
    }

    /// Creates the problem of a query parameter (400).
    pub fn parameter(name: &str, text: impl Into<String>) -> Self {
        let detail = format!("The parameter {name:?} of the URL is not valid.");
        Self::new(StatusCode::BAD_REQUEST, detail).error(name, text)
    }

    /// Adds an error of a field; "" means the request as a whole.
    #[must_use]
    pub fn error(mut self, field: impl Into<String>, text: impl Into<String>) -> Self {
        self.push(field, text);
        self
    }

    /// Adds an error of a field; "" means the request as a whole.
    pub fn push(&mut self, field: impl Into<String>, text: impl Into<String>) {
        let (field, text) = (field.into(), text.into());
        match self.errors.iter_mut().find(|(name, _)| *name == field) {
            Some((_, texts)) => texts.push(text),
            None => self.errors.push((field, vec![text])),
        }
    }

    /// Whether no field has an error.
    pub fn is_empty(&self) -> bool {
        self.errors.is_empty()
    }

    /// Returns the status of the response.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns the text for people.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// Returns the errors of the fields.
    pub fn errors(&self) -> &[(String, Vec<String>)] {
        &self.errors
    }

    /// Returns the description of `error`. It contains nothing about the inside of the program.
    pub fn from_error(status: StatusCode, error: Option<&Error>) -> Self {
        let detail = match error {
            Some(Error::Problem(problem)) => return (**problem).clone(),
            Some(Error::BadRequest(text)) => text.clone(),
            Some(Error::Unauthorized(text)) => (*text).to_owned(),
            Some(Error::Csrf(reason)) => format!("CSRF verification failed: {reason}"),
            Some(Error::MethodNotAllowed(allow)) => {
                format!("This address can be used with {allow} only.")
            }
            Some(Error::TooManyRequests(seconds)) => {
                format!("There were too many requests. Wait {seconds} seconds and try again.")
            }
            Some(Error::ReadOnly(_) | Error::DiskFull(_)) => {
                "Nothing can be saved at the moment. Nothing was written.".to_owned()
            }
            _ => words(status).to_owned(),
        };
        Self::new(status, detail)
    }

    /// Returns the body of the response.
    pub fn json(&self) -> Json {
        let title = self.status.canonical_reason().unwrap_or("Error");
        let mut body = json!({
            "type": "about:blank",
            "title": title,
            "status": self.status.as_u16(),
            "detail": self.detail,
        });
        if !self.errors.is_empty() {
            let errors = self.errors.iter();
            let errors: Map<String, Json> = errors
                .map(|(field, texts)| (field.clone(), json!(texts)))
                .collect();
            body["errors"] = Json::Object(errors);
        }
        body
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.status, self.detail)?;
        for (field, texts) in &self.errors {
            write!(f, " {field}: {}", texts.join(" "))?;
        }
        Ok(())
    }
}

/// Returns the text for an error that needs no details.
fn words(status: StatusCode) -> &'static str {
    match status.as_u16() {
        400 => "The request could not be understood.",
        401 => "A token or a login is needed.",
        403 => "You do not have permission to do this.",
        404 => "There is nothing at this address.",
        408 => "The body of the request did not arrive in time. Nothing was written.",
        413 => "The body of the request is too large. Nothing was written.",
        503 => "The site cannot answer at the moment. Try again in a few seconds.",
        500.. => {
            "The request failed inside the site. The failure was logged, and nothing was written by halves."
        }
        _ => "The request could not be answered.",
    }
}
