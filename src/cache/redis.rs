//! A Redis server as a cache.

use std::time::Duration;

use redis::aio::ConnectionManager;
use redis::{Client, Cmd, FromRedisValue, RedisError, cmd};
use tokio::sync::OnceCell;

use super::store::{Answer, Store, sum};
use crate::error::{Error, Result};
use crate::settings::SecretKey;

/// The server, and a connection that all requests share and that is opened again when it breaks.
pub(super) struct Redis {
    client: Client,
    connection: OnceCell<ConnectionManager>,
}

fn failed(error: RedisError) -> Error {
    Error::Unreachable(format!("the cache: {error}"))
}

impl Redis {
    pub(super) fn new(url: &SecretKey) -> Result<Self> {
        let client = Client::open(url.reveal());
        Ok(Self {
            // The reason could contain the password.
            client: client
                .map_err(|_| Error::command("CACHE_URL is not the URL of a Redis server"))?,
            connection: OnceCell::new(),
        })
    }

    async fn ask<T: FromRedisValue>(&self, command: Cmd) -> Result<T> {
        let connection = self
            .connection
            .get_or_try_init(|| ConnectionManager::new(self.client.clone()))
            .await
            .map_err(failed)?;
        command
            .query_async(&mut connection.clone())
            .await
            .map_err(failed)
    }
}

/// Returns a command for `key`.
fn on(name: &str, key: &str) -> Cmd {
    let mut command = cmd(name);
    command.arg(key);
    command
}

/// Returns `SET` with the age of the value.
fn set_command(key: &str, value: &str, age: Option<Duration>) -> Cmd {
    let mut command = on("SET", key);
    command.arg(value);
    if let Some(age) = age {
        command.arg("PX").arg(millis(age));
    }
    command
}

fn millis(age: Duration) -> u64 {
    u64::try_from(age.as_millis()).unwrap_or(u64::MAX).max(1)
}

impl Store for Redis {
    fn get<'a>(&'a self, key: &'a str) -> Answer<'a, Option<String>> {
        Box::pin(self.ask(on("GET", key)))
    }

    fn set<'a>(&'a self, key: &'a str, value: String, age: Option<Duration>) -> Answer<'a, ()> {
        Box::pin(self.ask(set_command(key, &value, age)))
    }

    fn add<'a>(&'a self, key: &'a str, value: String, age: Option<Duration>) -> Answer<'a, bool> {
        let mut command = set_command(key, &value, age);
        command.arg("NX");
        Box::pin(async move {
            let answer: Option<String> = self.ask(command).await?;
            Ok(answer.is_some())
        })
    }

    fn touch<'a>(&'a self, key: &'a str, age: Option<Duration>) -> Answer<'a, bool> {
        Box::pin(async move {
            let Some(age) = age else {
                let _: bool = self.ask(on("PERSIST", key)).await?;
                return self.ask(on("EXISTS", key)).await;
            };
            let mut command = on("PEXPIRE", key);
            command.arg(millis(age));
            self.ask(command).await
        })
    }

    fn incr<'a>(&'a self, key: &'a str, delta: i64) -> Answer<'a, Option<i64>> {
        Box::pin(async move {
            let Some(text) = self.get(key).await? else {
                return Ok(None);
            };
            sum(&text, delta)?;
            let mut command = on("INCRBY", key);
            command.arg(delta);
            self.ask(command).await.map(Some)
        })
    }

    fn delete<'a>(&'a self, key: &'a str) -> Answer<'a, bool> {
        Box::pin(self.ask(on("DEL", key)))
    }

    fn clear(&self) -> Answer<'_, ()> {
        Box::pin(self.ask(cmd("FLUSHDB")))
    }
}
