//! Authentication backends: where users and their permissions come from (Django's
//! `AUTHENTICATION_BACKENDS`).

use std::cell::Cell;
use std::collections::HashSet;
use std::fmt;
use std::pin::Pin;
use std::sync::{PoisonError, RwLock};

use actix_web::{HttpMessage as _, HttpRequest, web};

use super::User;
use super::authenticate::authenticate_in_turn;
use super::hash_pool::{self, Turn};
use super::hashers::HashPolicy;
use super::permissions::Permissions;
use crate::db::{Conn, Db};
use crate::error::{Error, Result};
use crate::http::settings_and_db;
use crate::settings::Settings;

/// The path of [`ModelBackend`] in sessions, as in Django.
pub(super) const MODEL_BACKEND: &str = "django.contrib.auth.backends.ModelBackend";

/// The future that a backend returns: `Box::pin(async move { … })`.
pub type BackendFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + 'a>>;

/// A source of users and permissions, as a class in Django's `AUTHENTICATION_BACKENDS`.
///
/// `Project::authentication_backends` lists the backends of a site. The first that knows the credentials logs the user in, and the session stores its
/// path. A user has the permissions of all backends together.
///
/// A backend that returns [`Error::PermissionDenied`] from `authenticate` ends the attempt: no other
/// backend is asked. From `permissions`, it leaves the user with the permissions of the backends before
/// it. Any other error is a failure of the site (500), as an exception is in Django.
///
/// ```
/// use nuages::auth::{AuthenticationBackend, BackendFuture, Credentials, ModelBackend};
/// use nuages::prelude::*;
///
/// /// Accepts the users of another system.
/// #[derive(Debug)]
/// struct Directory;
///
/// impl AuthenticationBackend for Directory {
///     fn path(&self) -> &'static str {
///         "mysite.auth.Directory"
///     }
///
///     fn authenticate<'a>(&'a self, login: &'a Credentials<'a>) -> BackendFuture<'a, Option<User>> {
///         Box::pin(async move {
///             if !is_in_directory(login.username, login.password).await? {
///                 return Ok(None);
///             }
///             let username = login.username.to_owned();
///             login.db.run(move |conn| User::find_by_username(conn, &username)).await
///         })
///     }
/// }
///
/// async fn is_in_directory(username: &str, password: &str) -> Result<bool> {
///     // Ask the other system.
///     Ok(false)
/// }
///
/// static SITE: Project = Project::new("Site", &[], |_| batteries(), |site| site)
///     .authentication_backends(&[&Directory, &ModelBackend]);
/// ```
pub trait AuthenticationBackend: fmt::Debug + Sync {
    /// Returns the name that sessions store, which must not change: `mysite.auth.Directory`. A Django
    /// that shares the sessions needs a backend at this path.
    fn path(&self) -> &'static str;

    /// Returns the user with these credentials. `None` if the backend does not know them.
    fn authenticate<'a>(&'a self, login: &'a Credentials<'a>) -> BackendFuture<'a, Option<User>>;

    /// Returns the user of a session that this backend began; by default the active user with this
    /// primary key.
    fn get_user(&self, conn: &mut Conn, id: i32) -> Result<Option<User>> {
        Ok(User::find(conn, id)?.filter(|user| user.is_active))
    }

    /// Returns the names of the permissions that `user` has from this backend, such as
    /// `notes.change_note`; by default none. Superusers have all without asking.
    fn permissions(&self, conn: &mut Conn, user: &User) -> Result<HashSet<String>> {
        let _ = (conn, user);
        Ok(HashSet::new())
    }
}

/// The name and the password of a login attempt, and what a backend needs to check them.
pub struct Credentials<'a> {
    /// The request of the attempt.
    pub request: &'a HttpRequest,
    /// The settings.
    pub settings: &'a Settings,
    /// The database.
    pub db: &'a web::Data<Db>,
    /// The name of the user, normalized.
    pub username: &'a str,
    /// The password.
    pub password: &'a str,
    turn: Cell<Option<Turn>>,
}

/// Users in the table `auth_user` with their password hashes and permissions (Django's backend of this
/// name).
#[derive(Debug)]
pub struct ModelBackend;

impl AuthenticationBackend for ModelBackend {
    fn path(&self) -> &'static str {
        MODEL_BACKEND
    }

    fn authenticate<'a>(&'a self, login: &'a Credentials<'a>) -> BackendFuture<'a, Option<User>> {
        Box::pin(async move {
            let turn = match login.turn.take() {
                Some(turn) => turn,
                None => hash_pool::turn().await?,
            };
            let policy = HashPolicy::from_settings(login.settings);
            authenticate_in_turn(turn, policy, login.db, login.username, login.password).await
        })
    }

    fn permissions(&self, conn: &mut Conn, user: &User) -> Result<HashSet<String>> {
        let loaded = Permissions::load(conn, user)?;
        Ok(loaded.granted().map(str::to_owned).collect())
    }
}

/// The backends of the running site.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Backends(&'static [&'static dyn AuthenticationBackend]);

/// The paths of the backends of every site that this process serves.
static KNOWN: RwLock<Vec<&'static str>> = RwLock::new(Vec::new());

/// The path of the backend that has accepted the credentials of a request.
struct AuthenticatedBy(&'static str);

impl Backends {
    pub(crate) fn new(backends: &'static [&'static dyn AuthenticationBackend]) -> Self {
        let mut known = KNOWN.write().unwrap_or_else(PoisonError::into_inner);
        known.extend(backends.iter().map(|backend| backend.path()));
        Self(backends)
    }

    /// Returns the backends of the site that serves `request`.
    pub(super) fn of(request: &HttpRequest) -> Self {
        request
            .app_data::<web::Data<Self>>()
            .map_or(Self(&[&ModelBackend]), |backends| ***backends)
    }

    pub(super) fn find(self, path: &str) -> Option<&'static dyn AuthenticationBackend> {
        self.0
            .iter()
            .find(|backend| backend.path() == path)
            .copied()
    }

    /// Returns the path for a login without credentials, for example after a sign-up: that of
    /// `ModelBackend`, else that of the first backend.
    fn default_path(self) -> &'static str {
        match self.find(MODEL_BACKEND).or(self.0.first().copied()) {
            Some(backend) => backend.path(),
            None => MODEL_BACKEND,
        }
    }

    /// Asks the backends in their order.
    pub(super) async fn authenticate(self, login: &Credentials<'_>) -> Result<Option<User>> {
        for backend in self.0 {
            match backend.authenticate(login).await {
                Ok(Some(user)) => {
                    authenticated_by(login.request, backend.path());
                    return Ok(Some(user).filter(|user| user.is_active));
                }
                Ok(None) => {}
                Err(Error::PermissionDenied) => return Ok(None),
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    /// Returns the permissions of `user` from all backends.
    pub(super) fn permissions(self, conn: &mut Conn, user: &User) -> Result<Permissions> {
        let mut granted = HashSet::new();
        for backend in self.0 {
            match backend.permissions(conn, user) {
                Ok(more) => granted.extend(more),
                Err(Error::PermissionDenied) => break,
                Err(error) => return Err(error),
            }
        }
        Ok(Permissions::with(user, granted))
    }
}

impl<'a> Credentials<'a> {
    pub(super) fn new(
        request: &'a HttpRequest,
        username: &'a str,
        password: &'a str,
        turn: Turn,
    ) -> Self {
        let (settings, db) = settings_and_db(request);
        Self {
            request,
            settings,
            db,
            username,
            password,
            turn: Cell::new(Some(turn)),
        }
    }
}

impl fmt::Debug for Credentials<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("username", &self.username)
            .finish_non_exhaustive()
    }
}

/// Whether `path` is that of a backend of a site that this process serves.
pub(super) fn is_known(path: &str) -> bool {
    let known = KNOWN.read().unwrap_or_else(PoisonError::into_inner);
    path == MODEL_BACKEND || known.contains(&path)
}

/// Remembers the backend for the login that follows in this request.
fn authenticated_by(request: &HttpRequest, path: &'static str) {
    request.extensions_mut().insert(AuthenticatedBy(path));
}

/// Returns the path of the backend with which a login in this request begins its session.
pub(super) fn path_for_login(request: &HttpRequest) -> &'static str {
    authenticated(request).unwrap_or_else(|| Backends::of(request).default_path())
}

/// Returns the path of the backend that has accepted the credentials of this request.
pub(super) fn authenticated(request: &HttpRequest) -> Option<&'static str> {
    request.extensions().get::<AuthenticatedBy>().map(|by| by.0)
}

/// Continues a login that another request began with the backend `path`.
pub(super) fn continue_login(request: &HttpRequest, path: &str) {
    if let Some(backend) = Backends::of(request).find(path) {
        authenticated_by(request, backend.path());
    }
}
