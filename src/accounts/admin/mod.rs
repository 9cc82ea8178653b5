//! The admin's pages for logging in and out, and the admin of users and groups.

mod login;
mod logout;
mod password_change;
pub mod urls;
mod users;

use actix_web::{HttpRequest, HttpResponse, Responder as _};
use askama::Template;

use crate::admin::{AdminSite, ModelAdmin};
use crate::auth::{Group, User};
use crate::error::Result;
use crate::http::{render, uncached};
use crate::models::Model as _;
use crate::schema::auth_group as group;

/// Registers users and groups, unless they are registered already: a
/// `Project` with the app `auth` does so before its own `register` is
/// called. The rules of `records::rules` apply without this registration too.
pub fn register(site: AdminSite) -> AdminSite {
    if site.registered(User::meta()).is_some() {
        return site;
    }
    site.register(groups).register(users::admin)
}

/// The admin of users, for a site that registers them anew: `site.unregister::<User>().register(|it|
/// accounts::admin::users(it).list_per_page(20))`. [`AdminSite::extend`] is shorter.
pub fn users(it: ModelAdmin<User>) -> ModelAdmin<User> {
    users::admin(it)
}

fn groups(it: ModelAdmin<Group>) -> ModelAdmin<Group> {
    it.icon("users")
        .search_fields((group::name,))
        .ordering((group::name,))
        .filter_horizontal((Group::PERMISSIONS,))
}

/// Renders a page of the admin. No cache keeps the answer.
fn private(request: &HttpRequest, page: &impl Template) -> Result<HttpResponse> {
    Ok(uncached(render(page)?.respond_to(request)))
}
