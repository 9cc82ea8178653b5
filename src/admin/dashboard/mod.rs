//! The tiles of the admin's start page: numbers, lists and charts of the site.
//!
//! A [`Tile`] is a query with a time budget. The page shows it to users who may view its model:
//!
//! ```
//! use nuages::admin::AdminSite;
//! use nuages::admin::dashboard::{Tile, TileContent, TileRequest};
//! use nuages::auth::User;
//! use nuages::models::Meta;
//! use nuages::prelude::*;
//!
//! /// The number of users who joined.
//! #[derive(Debug)]
//! struct NewUsers;
//!
//! impl Tile for NewUsers {
//!     fn title(&self) -> &'static str {
//!         "New users"
//!     }
//!
//!     fn model(&self) -> &'static Meta {
//!         User::meta()
//!     }
//!
//!     fn load(&self, conn: &mut Conn, request: &TileRequest) -> Result<TileContent> {
//!         use nuages::schema::auth_user;
//!         let count: i64 = auth_user::table
//!             .filter(auth_user::date_joined.ge(request.range.start()))
//!             .count()
//!             .get_result(conn)?;
//!         Ok(TileContent::number(count).url("/admin/auth/user/?o=-1"))
//!     }
//! }
//!
//! fn register(site: AdminSite) -> AdminSite {
//!     site.tile(&NewUsers)
//! }
//! # fn main() {}
//! ```

mod board;
mod chart;
mod range;
mod tile;

pub(super) use board::Board;
pub use range::{Bucket, Range};
pub use tile::{Tile, TileContent, TilePoint, TileRequest, TileRow};
