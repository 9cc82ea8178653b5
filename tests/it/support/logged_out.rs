//! Visitors whose session ends while they fill in a form.

use diesel::prelude::*;
use nuages::schema::{django_session, nuages_kept_form};

use super::{Client, Form, Persona, Reply, TestSite};

impl TestSite {
    /// Ends every session.
    pub(crate) fn end_sessions(&self) {
        diesel::delete(django_session::table)
            .execute(&mut self.connect())
            .unwrap();
    }

    /// Returns the number of forms that are kept for a login.
    pub(crate) fn kept_forms(&self) -> i64 {
        nuages_kept_form::table
            .count()
            .get_result(&mut self.connect())
            .unwrap()
    }
}

impl Client {
    /// Sends `form` with the button `name` to a site that redirects to a login page, and logs in
    /// there; returns the reply to the login.
    pub(crate) fn submit_and_log_in(&self, form: &Form, name: &str, persona: &Persona) -> Reply {
        let refusal = self.submit(form, name);
        assert_eq!(
            refusal.status,
            302,
            "the visitor is led to the login page: {}",
            refusal.text()
        );
        self.log_in_at(refusal.header("location"), persona)
    }

    /// Logs in at a login page; returns the reply.
    pub(crate) fn log_in_at(&self, url: &str, persona: &Persona) -> Reply {
        let login = self
            .form(url, "username")
            .set("username", persona.username)
            .set("password", persona.password);
        let reply = self.submit(&login, "");
        assert_eq!(
            reply.status,
            302,
            "{} logs in: {}",
            persona.username,
            reply.text()
        );
        reply
    }
}
