//! The default database, and those with a name.

use std::collections::BTreeMap;

use super::env::Env;
use super::{DatabaseUrl, Settings, SettingsError, TransactionPooling};

impl Settings {
    /// Returns the settings with the database `name` as the default one, for commands with
    /// `--database`.
    pub fn using(&self, name: &str) -> Result<Self, SettingsError> {
        if name == "default" {
            return Ok(self.clone());
        }
        let Some(url) = self.databases.get(name) else {
            let known: Vec<&str> = self.databases.keys().map(String::as_str).collect();
            return Err(SettingsError(vec![format!(
                "there is no database {name}. DATABASE_URL and DATABASE_URL_NAME define: default{}{}",
                if known.is_empty() { "" } else { ", " },
                known.join(", ")
            )]));
        };
        Ok(Self {
            database_url: url.clone(),
            ..self.clone()
        })
    }
}

/// Reads the databases with a name: `DATABASE_URL_REPORTS` is `reports`.
pub(super) fn databases(env: &Env, wrong: &mut Vec<String>) -> BTreeMap<String, DatabaseUrl> {
    let mut databases = BTreeMap::new();
    let variables = env
        .names()
        .filter_map(|variable| Some((variable, variable.strip_prefix("DATABASE_URL_")?)));
    for (variable, name) in variables.filter(|(variable, _)| env.get(variable).is_some()) {
        let name = name.to_lowercase();
        if name == "default" {
            wrong.push(
                "DATABASE_URL_DEFAULT: the default database is that of DATABASE_URL".to_owned(),
            );
        }
        databases.insert(name, database_url(env, variable, wrong));
    }
    databases
}

/// Reads a `DATABASE_URL` and the settings about the way to the server.
pub(super) fn database_url(env: &Env, variable: &str, wrong: &mut Vec<String>) -> DatabaseUrl {
    let mut url = env.database_url(variable, wrong);
    let pooling = env.parsed(
        "CONN_TRANSACTION_POOLING",
        TransactionPooling::default(),
        "auto, on or off",
        wrong,
    );
    url.reached_by(pooling, env.get("PGOPTIONS"));
    url
}
