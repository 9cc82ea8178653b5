//! The models for categories, tags and products, and their queries.

mod category;
mod for_sale;
mod listing;
mod product;
mod product_description;
mod tag;

pub(crate) use category::{Category, CategoryTile};
pub(crate) use for_sale::ForSale;
pub(crate) use listing::{Listing, Sort};
pub(crate) use product::{Picture, Product, ProductPage, ProductRow, url_of, with_tax};
pub(crate) use product_description::TAGS;
pub(crate) use tag::Tag;
