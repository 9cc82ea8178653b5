//! The items that nearly every module of a site needs: `use nuages::prelude::*;`.

pub use crate::admin::{AdminSite, Inline, ModelAdmin};
pub use crate::auth::User;
pub use crate::db::{Conn, Db, Decimal, PageNumber, Timestamp};
pub use crate::error::{Error, Result};
pub use crate::http::{Access, Html, PostData, QueryDict, Urls, get, path, post, redirect, render};
pub use crate::messages::Messages;
pub use crate::models::{AppConfig, Description, ManyToMany, Model, OnDelete, desc, via};
pub use crate::pages::{NavigationLink, Page, render_framed};
pub use crate::project::Project;
pub use crate::settings::Settings;
pub use crate::{framed, migration, static_files, web};
pub use askama::Template;

pub use chrono::{NaiveDate, NaiveTime};
pub use diesel::prelude::*;
