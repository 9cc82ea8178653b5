//! Pages: the frame that each one has, and those for what goes wrong.

mod error_pages;
mod page;

pub use error_pages::error_pages;
pub use page::Page;
