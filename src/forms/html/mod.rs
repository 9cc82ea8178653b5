//! Forms as HTML, for the templates of a site: `{{ form }}`.

mod field;
mod form;
mod form_set;

pub use field::{ControlHtml, CurrentFile, HtmlField, RenderField};
pub use form::HtmlForm;
pub use form_set::HtmlFormSet;
