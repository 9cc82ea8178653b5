//! The frame around pages, and the error pages.

mod error_pages;
mod frame;
mod kept_upload;
mod page;
mod site;

pub use error_pages::error_pages;
pub use frame::{Frame, Framed, SafeHtml, render_framed};
pub use kept_upload::kept_upload;
pub use page::Page;
pub use site::{NavigationLink, RenderFrame, Site};

use frame::{DefaultFrame, framed_text};
