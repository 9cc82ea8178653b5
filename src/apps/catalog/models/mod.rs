//! Categories, tags and products, and the questions asked of them.

mod category;
mod listing;
mod product;
mod product_description;
mod tag;

pub use category::{Category, CategoryTile};
pub use listing::{Listing, Sort};
pub use product::{Picture, Product, ProductPage, ProductRow, url_of};
pub use product_description::TAGS;
pub use tag::Tag;
