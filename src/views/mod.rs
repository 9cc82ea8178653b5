//! Pages and forms for visitors: lists with pages, and forms that add, change and delete rows (Django's generic views).
//!
//! A view is a function. It asks a [`FormView`] for the form of a model, and a [`Listing`] for a page of rows:
//!
//! ```
//! use nuages::prelude::*;
//!
//! /// A note of a visitor.
//! #[nuages::model(app = "notes", ordering = ["-id"])]
//! pub struct Note {
//!     #[field(max_length = 80)]
//!     pub title: String,
//!     #[field(blank)]
//!     pub body: String,
//! }
//!
//! #[nuages::page(source = "<ul>{% for note in notes %}<li>{{ note.title }}</li>{% endfor %}</ul>{{ notes.pager }}")]
//! struct NoteList {
//!     page: Page,
//!     notes: ListPage<Note>,
//! }
//!
//! #[nuages::page(source = r#"<h1>New note</h1>{{ form.with_button("Save")? }}"#, title = "New note")]
//! struct NewNote {
//!     page: Page,
//!     form: HtmlForm,
//! }
//!
//! nuages::urls! {
//!     note_list: "/", Access::Public, get(note_list);
//!     new_note: "/new/", Access::Login, form(new_note);
//! }
//!
//! async fn note_list(page: Page, list: Listing) -> Result<NoteList> {
//!     let notes = list.page(notes_note::table.order(notes_note::id.desc()).select(Note::as_select())).await?;
//!     Ok(NoteList { page, notes })
//! }
//!
//! async fn new_note(page: Page, form: FormView<Note>) -> Result<HttpResponse> {
//!     form.message("Your note is saved.")
//!         .create()
//!         .await?
//!         .respond(|form| NewNote { page, form }, |_note| url::note_list())
//! }
//! # fn main() {}
//! ```

mod controls;
mod form_result;
mod form_set;
mod form_view;
mod forms;
mod listing;
mod options;
mod pager;
mod request;
mod row_form;
mod save;
mod show;

pub use form_result::FormResult;
pub use form_set::{FormSetResult, FormSetView};
pub use form_view::FormView;
pub use listing::{ListPage, Listing};
pub use pager::{PageLink, Pager};
