//! The public pages of the catalog.

mod cards;
mod categories;
mod home;
mod product_detail;
mod product_list;

pub(super) use categories::{category_detail, category_list};
pub(super) use home::home;
pub(super) use product_detail::product_detail;
pub(crate) use product_detail::{TypedQuantity, product_page};
pub(super) use product_list::product_list;
