//! `startproject` and `startapp`: write the files of a new site, and of a new app of a site.

mod app;
mod files;
mod names;
mod project;

pub(super) use app::{Args as AppArgs, run as start_app};
pub(super) use project::{Args as ProjectArgs, run as start_project};
