//! The settings of an installation, read once from the environment and `.env`, with Django's names
//! and defaults.
//!
//! No other module reads the environment. An error message for a wrong value names the variable,
//! the value and the accepted values.

mod api;
mod cache;
mod cookies;
mod csp;
mod database_url;
mod databases;
mod django_version;
mod dotenv;
mod email;
mod env;
mod lists;
mod login;
mod mailers;
mod own;
mod program;
mod proxy;
mod reload_state;
mod secret_key;
mod security;
mod tasks;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

pub use api::{ApiRate, ApiSettings};
pub use cache::{CacheBackend, CacheSettings};
pub use cookies::{CookieSettings, CsrfSettings, SessionSettings};
pub use database_url::{DatabaseUrl, DatabaseUrlError, PostgresUrl, TransactionPooling};
use databases::{database_url, databases};
pub use django_version::DjangoVersion;
pub use dotenv::find_dotenv;
pub use email::{EmailBackend, EmailSettings};
pub use env::{Env, SettingsError, random_key};
pub use lists::ListSettings;
pub use login::LoginSettings;
pub use own::{DeclaredSetting, OwnValue, Setting};
pub use program::{package_folder, program};
pub use proxy::ProxySettings;
pub use reload_state::{RELOAD_STATE, cargo, package_variables, reload_state};
pub use secret_key::SecretKey;
pub use security::Security;
pub use tasks::TaskSettings;

use crate::test_hooks::TestHooks;

/// Host names of the loopback interface. They are allowed without `ALLOWED_HOSTS` if the server
/// listens on the loopback interface only.
pub const LOOPBACK_HOSTS: [&str; 4] = [".localhost", "localhost", "127.0.0.1", "[::1]"];

/// All settings of an installation. Names and defaults are Django's where Django has the setting.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `DEBUG`: detailed error pages that include SQL. Never enable it in public.
    pub debug: bool,
    /// `SECRET_KEY`: signs sessions, messages and tokens. Required outside `DEBUG`.
    pub secret_key: SecretKey,
    /// `SECRET_KEY_FALLBACKS`: former keys whose signatures are still accepted.
    pub secret_key_fallbacks: Vec<SecretKey>,
    /// `ALLOWED_HOSTS`: host names that this site answers to; `.example.com` includes subdomains,
    /// `*` allows any host.
    pub allowed_hosts: Vec<String>,
    /// `DATABASE_URL`, and `CONN_TRANSACTION_POOLING`: whether a connection pooler in transaction
    /// mode, such as PgBouncer, is in front of PostgreSQL. With `auto` (the default) Nuages checks
    /// for it. `off` is also right for poolers that keep prepared statements: those in session
    /// mode, and PgBouncer from 1.21 on with `max_prepared_statements`.
    pub database_url: DatabaseUrl,
    /// `DATABASE_URL_NAME`: further databases by their names in lower case, such as `reports`. The
    /// other settings of connections hold for each of them.
    pub databases: BTreeMap<String, DatabaseUrl>,
    /// `CONN_POOL_SIZE`: number of database connections, and so of queries that run at the same
    /// time. The default is two for each processor, and at least 8 for PostgreSQL or 4 for SQLite.
    /// SQLite has one more connection, for writing.
    pub conn_pool_size: u32,
    /// `CONN_WAIT_TIMEOUT` (seconds): how long a request waits for a connection before it is
    /// answered with 503. A job waits as long for a PostgreSQL server that refuses connections,
    /// because the server may be starting again.
    pub conn_wait_timeout: Duration,
    /// `STATEMENT_TIMEOUT` (seconds): how long one SQL statement may take; 0 sets no limit. If
    /// PostgreSQL does not answer two seconds after that, the request is answered with 503 and the
    /// connection is replaced.
    pub statement_timeout: Duration,
    /// Long lists: `LIST_…`.
    pub lists: ListSettings,
    /// `STREAM_TIMEOUT` (seconds): how long a stream of rows, which holds a connection, waits for a
    /// client that reads nothing.
    pub stream_timeout: Duration,
    /// `TIME_ZONE`: the time zone in which times are shown. The database stores them in UTC.
    pub time_zone: chrono_tz::Tz,
    /// `MEDIA_ROOT`: the folder of uploaded files, which are served under `/media/`.
    pub media_root: PathBuf,
    /// `FILE_UPLOAD_TEMP_DIR`: the folder for files whose form is not saved yet; default: the
    /// temporary folder of the system.
    pub file_upload_temp_dir: Option<PathBuf>,
    /// `KEEP_IMAGE_METADATA`: keeps the metadata that cameras write into pictures (place, device,
    /// comments). By default it is removed.
    pub keep_image_metadata: bool,
    /// `RUST_LOG`, or the level of `LOG_LEVEL`: filter of the log on standard error.
    pub log_filter: String,
    /// `NUAGES_WORKERS` or `WEB_CONCURRENCY`: number of threads that serve requests.
    pub workers: usize,
    /// `APPEND_SLASH`: redirects `/products` to `/products/`.
    pub append_slash: bool,
    /// `DATA_UPLOAD_MAX_MEMORY_SIZE` (bytes): the largest request body without files.
    pub data_upload_max_memory_size: usize,
    /// `FILE_UPLOAD_MAX_SIZE` (bytes): the largest size of all files of one request together.
    pub file_upload_max_size: u64,
    /// `DATA_UPLOAD_MAX_NUMBER_FIELDS`: the largest number of fields in a form, or of parameters in
    /// a URL.
    pub data_upload_max_number_fields: usize,
    /// `BODY_TIMEOUT` (seconds): how long a request may wait for its body, or for the next part of
    /// the body, before it is answered with 408. A body must also arrive with at least 500 bytes a
    /// second on average.
    pub body_timeout: Duration,
    /// `SHUTDOWN_TIMEOUT` (seconds): how long running requests may take to finish after SIGTERM.
    pub shutdown_timeout: Duration,
    /// `SLOW_PAGE`: serves `/slow/`, a page that sleeps in the database, for load tests.
    pub slow_page: bool,
    /// The `SESSION_…` settings.
    pub session: SessionSettings,
    /// The `CSRF_…` settings.
    pub csrf: CsrfSettings,
    /// The `API_…` settings.
    pub api: ApiSettings,
    /// The `CACHE_…` settings.
    pub cache: CacheSettings,
    /// The `EMAIL_…` settings.
    pub email: EmailSettings,
    /// Settings for work in the background.
    pub tasks: TaskSettings,
    /// The `LOGIN_FREE_FAILURES…` and `PASSWORD_RESET_FREE_MAILS…` settings and `TRUSTED_PROXIES`.
    pub login: LoginSettings,
    /// `LOGIN_REDIRECT_URL`: the URL to redirect to after a login without `next`.
    pub login_redirect_url: String,
    /// `DJANGO_VERSION`: `5.2`, `6.0` or `6.1`, the Django that uses the same database. It sets the
    /// number of PBKDF2 rounds of new password hashes (1,000,000, 1,200,000 or 1,500,000), and the
    /// behaviour of the admin where the versions differ. If it is unset, the server and the
    /// commands detect the version from the database when they start, and `nuages check` prints it.
    /// Code calls [`Settings::django_version`](Settings::django_version()).
    pub django_version: Option<DjangoVersion>,
    /// The version that was detected from the database at start, if `DJANGO_VERSION` is unset.
    pub told_django_version: Option<DjangoVersion>,
    /// `PASSWORD_HASHER`: the algorithm of new hashes, the first of Django's `PASSWORD_HASHERS`.
    /// Hashes of the other algorithms are accepted too, and renewed at the next login.
    pub password_hasher: String,
    /// `REQUIRE_STAFF_TWO_FACTOR`: staff must pass a second factor before they can open a page for
    /// staff.
    pub require_staff_two_factor: bool,
    /// `PASSWORD_RESET_TIMEOUT`: how long a reset link is valid.
    pub password_reset_timeout: Duration,
    /// The `SECURE_…` settings and `X_FRAME_OPTIONS`.
    pub security: Security,
    /// The `USE_X_FORWARDED_…` settings and `FORCE_SCRIPT_NAME`.
    pub proxy: ProxySettings,
    own: Vec<OwnValue>,
    /// The hooks of a test, which the crate `nuages-test` sets.
    #[doc(hidden)]
    pub test_hooks: Option<Arc<TestHooks>>,
}

impl Settings {
    /// Reads the environment, completed from `.env` in the working directory or a folder above.
    /// Variables that are already set override those of the file.
    pub fn from_env() -> Result<Self, SettingsError> {
        Self::read(&Env::load()?)
    }

    /// Reads the settings of Nuages from `env`; the error lists every wrong value.
    pub fn read(env: &Env) -> Result<Self, SettingsError> {
        Self::read_with(env, &[])
    }

    /// Reads the settings of Nuages and those of a site; the error lists every wrong value.
    pub fn read_with(env: &Env, own: &[&dyn DeclaredSetting]) -> Result<Self, SettingsError> {
        let mut wrong = Vec::new();
        let debug = env.flag("DEBUG", false, &mut wrong);
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let database_url = database_url(env, "DATABASE_URL", &mut wrong);
        let settings = Self {
            debug,
            secret_key: env.secret_key(debug, &mut wrong),
            secret_key_fallbacks: env
                .list("SECRET_KEY_FALLBACKS")
                .into_iter()
                .map(SecretKey::new)
                .collect(),
            allowed_hosts: env.list("ALLOWED_HOSTS"),
            conn_pool_size: env.number(
                "CONN_POOL_SIZE",
                conn_pool_size(&database_url, cores),
                1..=1000,
                &mut wrong,
            ),
            database_url,
            databases: databases(env, &mut wrong),
            conn_wait_timeout: env.seconds("CONN_WAIT_TIMEOUT", 5.0, &mut wrong),
            statement_timeout: env.seconds("STATEMENT_TIMEOUT", 30.0, &mut wrong),
            lists: ListSettings::read(env, &mut wrong),
            stream_timeout: env.seconds("STREAM_TIMEOUT", 30.0, &mut wrong),
            time_zone: env.parsed(
                "TIME_ZONE",
                chrono_tz::UTC,
                "a name of the IANA time zone database, such as Europe/Paris",
                &mut wrong,
            ),
            media_root: PathBuf::from(env.get("MEDIA_ROOT").unwrap_or("media")),
            file_upload_temp_dir: env.get("FILE_UPLOAD_TEMP_DIR").map(PathBuf::from),
            keep_image_metadata: env.flag("KEEP_IMAGE_METADATA", false, &mut wrong),
            log_filter: env.log_filter(&mut wrong),
            workers: env.number(
                "NUAGES_WORKERS",
                env.number("WEB_CONCURRENCY", cores, 1..=1024, &mut wrong),
                1..=1024,
                &mut wrong,
            ),
            append_slash: env.flag("APPEND_SLASH", true, &mut wrong),
            data_upload_max_memory_size: env.number(
                "DATA_UPLOAD_MAX_MEMORY_SIZE",
                2_621_440,
                1..=usize::MAX,
                &mut wrong,
            ),
            file_upload_max_size: env.number(
                "FILE_UPLOAD_MAX_SIZE",
                20 << 20,
                1..=u64::MAX,
                &mut wrong,
            ),
            data_upload_max_number_fields: env.number(
                "DATA_UPLOAD_MAX_NUMBER_FIELDS",
                1000,
                1..=usize::MAX,
                &mut wrong,
            ),
            body_timeout: env.seconds("BODY_TIMEOUT", 30.0, &mut wrong),
            shutdown_timeout: env.seconds("SHUTDOWN_TIMEOUT", 10.0, &mut wrong),
            slow_page: env.flag("SLOW_PAGE", false, &mut wrong),
            session: SessionSettings::read(env, &mut wrong),
            csrf: CsrfSettings::read(env, &mut wrong),
            api: ApiSettings::read(env, &mut wrong),
            cache: CacheSettings::read(env, &mut wrong),
            email: EmailSettings::read(env, &mut wrong),
            tasks: TaskSettings::read(env, &mut wrong),
            login: LoginSettings::read(env, &mut wrong),
            login_redirect_url: env
                .get("LOGIN_REDIRECT_URL")
                .unwrap_or("/accounts/profile/")
                .to_owned(),
            django_version: env.optional("DJANGO_VERSION", "5.2, 6.0 or 6.1", &mut wrong),
            told_django_version: None,
            password_hasher: env.word(
                "PASSWORD_HASHER",
                "pbkdf2_sha256",
                &PASSWORD_HASHERS,
                &mut wrong,
            ),
            require_staff_two_factor: env.flag("REQUIRE_STAFF_TWO_FACTOR", false, &mut wrong),
            password_reset_timeout: env.seconds_up_to(
                "PASSWORD_RESET_TIMEOUT",
                259_200.0,
                31_536_000.0,
                &mut wrong,
            ),
            security: Security::read(env, &mut wrong),
            proxy: ProxySettings::read(env, &mut wrong),
            own: own::read(own, env, &mut wrong),
            test_hooks: None,
        };
        if wrong.is_empty() {
            Ok(settings)
        } else {
            Err(SettingsError(wrong))
        }
    }

    /// Returns the keys that may have signed a text, the current one first.
    pub fn secret_keys(&self) -> impl Iterator<Item = &SecretKey> + Clone {
        std::iter::once(&self.secret_key).chain(&self.secret_key_fallbacks)
    }

    /// Returns the version of Django that applies: `DJANGO_VERSION`, else the version detected from
    /// the database, else 5.2.
    pub fn django_version(&self) -> DjangoVersion {
        self.django_version
            .or(self.told_django_version)
            .unwrap_or_default()
    }

    /// Returns each setting as `(name, value)` with secrets masked, for the debug page and for
    /// start-up messages.
    pub fn shown(&self) -> Vec<(&'static str, String)> {
        let mut shown = vec![
            ("DEBUG", self.debug.to_string()),
            ("SECRET_KEY", self.secret_key.to_string()),
            ("ALLOWED_HOSTS", self.allowed_hosts.join(", ")),
            ("DATABASE_URL", self.database_url.to_string()),
            ("DJANGO_VERSION", self.django_version().to_string()),
            ("CONN_POOL_SIZE", self.conn_pool_size.to_string()),
            ("CONN_WAIT_TIMEOUT", format!("{:?}", self.conn_wait_timeout)),
            ("STATEMENT_TIMEOUT", format!("{:?}", self.statement_timeout)),
            ("LIST_COUNT_LIMIT", self.lists.count_limit.to_string()),
            ("LIST_BUDGET", format!("{:?}", self.lists.budget)),
            ("TIME_ZONE", self.time_zone.to_string()),
            ("MEDIA_ROOT", self.media_root.display().to_string()),
            ("RUST_LOG", self.log_filter.clone()),
            ("NUAGES_WORKERS", self.workers.to_string()),
            ("APPEND_SLASH", self.append_slash.to_string()),
            (
                "DATA_UPLOAD_MAX_MEMORY_SIZE",
                self.data_upload_max_memory_size.to_string(),
            ),
            (
                "TRUSTED_PROXIES",
                self.login
                    .trusted_proxies
                    .iter()
                    .map(ToString::to_string)
                    .collect::<Vec<_>>()
                    .join(", "),
            ),
            (
                "SECURE_SSL_REDIRECT",
                self.security.ssl_redirect.to_string(),
            ),
            (
                "SECURE_HSTS_SECONDS",
                self.security.hsts_seconds.to_string(),
            ),
            ("X_FRAME_OPTIONS", self.security.x_frame_options.clone()),
        ];
        shown.extend(self.own.iter().map(OwnValue::shown));
        shown
    }
}

/// Returns the default number of connections. PostgreSQL queries mostly wait on the network, so
/// open at least 8 connections. SQLite queries use our own CPU: 4 are enough.
fn conn_pool_size(database_url: &DatabaseUrl, cores: usize) -> u32 {
    let fewest = match database_url {
        DatabaseUrl::Postgres(_) => 8,
        DatabaseUrl::Sqlite(_) => 4,
    };
    u32::try_from(cores * 2).unwrap_or(fewest).max(fewest)
}

/// The algorithms that can make new hashes, by Django's names.
const PASSWORD_HASHERS: [&str; 5] = [
    "pbkdf2_sha256",
    "pbkdf2_sha1",
    "argon2",
    "bcrypt_sha256",
    "scrypt",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Settings, SettingsError> {
        Settings::read(&Env::from_pairs(pairs))
    }

    #[test]
    fn defaults_equal_djangos() {
        let settings = read(&[("SECRET_KEY", "x")]).unwrap();
        assert!(!settings.debug && settings.append_slash && settings.allowed_hosts.is_empty());
        assert_eq!(settings.data_upload_max_memory_size, 2_621_440);
        assert_eq!(settings.security.x_frame_options, "DENY");
        assert_eq!(settings.security.referrer_policy, "same-origin");
        assert_eq!(settings.database_url.to_string(), "sqlite:///db.sqlite3");
    }

    #[test]
    fn outside_debug_a_secret_key_is_required() {
        assert!(read(&[]).unwrap_err().to_string().contains("SECRET_KEY"));
        assert!(read(&[("SECRET_KEY", "")]).is_err());
        assert!(read(&[("DEBUG", "1")]).is_ok());
    }

    #[test]
    fn every_wrong_value_is_named_with_what_is_accepted() {
        let error = read(&[
            ("DEBUG", "maybe"),
            ("SECRET_KEY", "x"),
            ("DATABASE_URL", "mysql://somewhere"),
            ("CONN_POOL_SIZE", "0"),
            ("TIME_ZONE", "Mars/Olympus"),
            ("X_FRAME_OPTIONS", "ALLOW"),
            ("TRUSTED_PROXIES", "10.0.0.0/8, proxy"),
        ])
        .unwrap_err()
        .to_string();
        for expected in [
            "DEBUG=\"maybe\"",
            "1, 0, true, false",
            "DATABASE_URL is not accepted: it begins neither",
            "postgres://",
            "CONN_POOL_SIZE=\"0\"",
            "1 to 1000",
            "TIME_ZONE=\"Mars/Olympus\"",
            "SAMEORIGIN",
            "TRUSTED_PROXIES=\"10.0.0.0/8, proxy\"",
        ] {
            assert!(error.contains(expected), "{expected} is not in: {error}");
        }
    }

    #[test]
    fn secrets_are_masked() {
        let settings = read(&[
            ("SECRET_KEY", "sesame"),
            ("DATABASE_URL", "postgres://ann:sesame@db:5432/shop"),
        ])
        .unwrap();
        let shown = format!("{settings:?}{:?}", settings.shown());
        assert!(!shown.contains("sesame"), "{shown}");
        assert!(shown.contains("postgres://ann:***@db:5432/shop"), "{shown}");
    }
}
