//! Pages: the frame that each one has, and those for what goes wrong.

mod error_pages;
mod kept_upload;
mod page;

pub use error_pages::error_pages;
pub use kept_upload::kept_upload;
pub use page::Page;
