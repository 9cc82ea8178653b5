//! The index page of the admin, and the page of an app.

use actix_web::web::Path;
use askama::Template;

use super::dashboard::Board;
use super::frame::{Crumb, Frame, MenuApp};
use super::history::RecentAction;
use super::{AdminRequest, LogEntry};
use crate::error::{Error, Result};
use crate::http::{Html, render};

/// Number of the user's latest actions on the index page.
const RECENT: i64 = 10;

#[derive(Template)]
#[template(path = "admin/index.html")]
struct Index {
    frame: Frame,
    apps: Vec<MenuApp>,
    recent: Vec<RecentAction>,
    board: Board,
}

#[derive(Template)]
#[template(path = "admin/app_index.html")]
struct AppIndex {
    frame: Frame,
    apps: Vec<MenuApp>,
}

/// `GET /admin/`
pub(super) async fn index(request: AdminRequest) -> Result<Html> {
    let user = request.user.id;
    let entries = request
        .db
        .run(move |conn| LogEntry::recent_of(conn, user, RECENT))
        .await?;
    let recent = entries
        .into_iter()
        .map(|entry| RecentAction::new(&request, entry))
        .collect();
    let board = Board::load(&request).await;
    let frame = request.frame(request.site.index_title, Vec::new());
    render(&Index {
        apps: frame.apps.clone(),
        frame,
        recent,
        board,
    })
}

/// `GET /admin/catalog/`
pub(super) async fn app_index(request: AdminRequest, app: Path<String>) -> Result<Html> {
    let mut frame = request.frame("", Vec::new());
    let found = frame.apps.iter().find(|entry| entry.label == *app).cloned();
    let found = found.ok_or(Error::NotFound)?;
    frame.title = format!("{} administration", found.name);
    frame.crumbs = vec![Crumb::new(&found.name, "")];
    render(&AppIndex {
        frame,
        apps: vec![found],
    })
}
