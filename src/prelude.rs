//! The items that nearly every module of a site needs: `use nuages::prelude::*;`.

pub use crate::admin::{AdminSite, Inline, ModelAdmin};
pub use crate::auth::User;
pub use crate::db::migrations::Migration;
pub use crate::db::{Conn, Db, Decimal, PageNumber, Timestamp};
pub use crate::error::{Error, Result};
pub use crate::filters;
pub use crate::forms::html::{HtmlForm, HtmlFormSet};
pub use crate::http::{
    Access, Html, PostData, QueryDict, Urls, form, get, path, post, redirect, render,
};
pub use crate::messages::{Level, Messages};
pub use crate::models::{
    AppConfig, Description, FromRecord, ManyToMany, Model, OnDelete, Record, desc, via,
};
pub use crate::pages::{NavigationLink, Page, render_framed};
pub use crate::project::Project;
pub use crate::records::FieldError;
pub use crate::sessions::{Data, TypedData};
pub use crate::settings::Settings;
pub use crate::urls::batteries;
pub use crate::views::{FormResult, FormSetView, FormView, ListPage, Listing};
pub use crate::{framed, migration, on_conn, signing, static_files, web};
pub use actix_web::HttpResponse;
pub use askama::Template;

pub use chrono::{NaiveDate, NaiveTime};
pub use diesel::prelude::*;
