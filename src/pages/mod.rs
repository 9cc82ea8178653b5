//! The frame around pages, and the error pages.

mod error_pages;
mod frame;
mod kept_upload;
mod page;
mod page_template;
mod site;

pub use error_pages::error_pages;
pub use frame::{Frame, Framed, SafeHtml, render_framed};
#[doc(hidden)]
pub use frame::{escaped, respond};
pub use kept_upload::kept_upload;
pub use page::Page;
pub use page_template::{AnyPageTemplate, Blocks, PageTemplate};
pub use site::{NavigationLink, RenderFrame, Site};

pub(crate) use frame::replaceable;
use frame::{DefaultFrame, framed_text};
