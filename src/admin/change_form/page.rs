//! The page of a form: the data for its template.

use askama::Template;

use super::inline::{ShownInline, ShownRow};
use super::problem::{ConflictRow, Problem};
use super::readonly::Shown;
use super::shown::{ShownField, ShownFieldset};
use crate::admin::frame::Frame;
use crate::admin::last_save::LastSave;

/// The buttons of the form.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::admin) struct Buttons {
    pub(in crate::admin) save: bool,
    pub(in crate::admin) again: bool,
    pub(in crate::admin) another: bool,
    pub(in crate::admin) as_new: bool,
    pub(in crate::admin) on_top: bool,
}

impl Buttons {
    /// Returns the button that the Enter key presses: browsers press the first button of a form,
    /// and other buttons may come before this one.
    pub(in crate::admin) fn first(self) -> &'static str {
        if self.as_new && !self.save {
            "_saveasnew"
        } else {
            "_save"
        }
    }
}

/// The data that a database job collects for the page; the frame is added later.
#[derive(Debug, Clone)]
pub(in crate::admin) struct Content {
    pub(in crate::admin) adding: bool,
    /// Whether the form can be saved.
    pub(in crate::admin) may_edit: bool,
    /// The display name of the row; "" for a new one.
    pub(in crate::admin) name: String,
    pub(in crate::admin) one: String,
    pub(in crate::admin) form_id: String,
    /// Hidden inputs.
    pub(in crate::admin) hidden: Vec<(String, String)>,
    pub(in crate::admin) multipart: bool,
    /// Whether submitted data was refused.
    pub(in crate::admin) refused: bool,
    /// Whether the form was sent without a session and is shown again after the login.
    pub(in crate::admin) restored: bool,
    /// Further messages for the user.
    pub(in crate::admin) notes: Vec<String>,
    pub(in crate::admin) errors: Vec<String>,
    pub(in crate::admin) problems: Vec<Problem>,
    pub(in crate::admin) conflicts: Vec<ConflictRow>,
    /// The last save, if two people have changed the row.
    pub(in crate::admin) last_save: Option<LastSave>,
    pub(in crate::admin) groups: Vec<ShownFieldset>,
    pub(in crate::admin) inlines: Vec<ShownInline>,
    pub(in crate::admin) buttons: Buttons,
    /// The id of the model's content type, if rows have a page on the site.
    pub(in crate::admin) kind: Option<i32>,
    pub(in crate::admin) may_delete: bool,
    /// The row's primary key; "" for a new one.
    pub(in crate::admin) pk: String,
    /// Name and label of each action that can be run on the row.
    pub(in crate::admin) actions: Vec<(&'static str, String)>,
}

impl Content {
    /// Adds the list's query with `keep` to links to other pages of this row, whose URLs begin with
    /// `own`.
    pub(super) fn keep_filters(&mut self, own: &str, keep: impl Fn(&str) -> String) {
        let fields = self
            .groups
            .iter_mut()
            .flat_map(|group| group.lines.iter_mut().flatten());
        for shown in fields.filter_map(|field| field.shown.as_mut()) {
            match shown {
                Shown::TextAndLink(_, _, url) if url.starts_with(own) => *url = keep(url),
                _ => {}
            }
        }
        for inline in &mut self.inlines {
            inline.page_query = keep("").replacen('?', "&", 1);
        }
    }

    /// Returns the largest number of fields that a browser sends for the form, including rows that
    /// a script can add.
    pub(super) fn fields(&self) -> usize {
        let of_field = |field: &ShownField| {
            let widget = field.widget.as_ref();
            widget.map_or(0, |widget| {
                widget.control.fields() + usize::from(widget.picker.is_some())
            })
        };
        let of_groups = |groups: &[ShownFieldset]| -> usize {
            groups
                .iter()
                .flat_map(|group| group.lines.iter().flatten())
                .map(of_field)
                .sum()
        };
        let of_row = |row: &ShownRow| row.hidden.len() + 1 + of_groups(&row.groups);
        let of_rows: usize = self
            .inlines
            .iter()
            .flat_map(|inline| &inline.rows)
            .map(of_row)
            .sum();
        let added = self.inlines.iter().map(|inline| {
            let of_new = inline.template.as_ref().map_or(0, of_row);
            of_new.saturating_mul(inline.room())
        });
        let of_added = added.fold(0, usize::saturating_add);
        let of_inlines: usize = self
            .inlines
            .iter()
            .map(|inline| inline.management.len())
            .sum();
        let shown = self.hidden.len() + of_groups(&self.groups) + of_inlines + of_rows;
        shown.saturating_add(of_added)
    }
}

#[derive(Template)]
#[template(path = "admin/change_form.html")]
pub(super) struct ChangeForm {
    pub(super) frame: Frame,
    pub(super) content: Content,
    pub(super) sub: String,
    pub(super) history_url: String,
    pub(super) site_url: String,
    pub(super) delete_url: String,
    pub(super) close_url: String,
}

impl ChangeForm {
    /// Whether links to the parts of the form are shown beside it.
    fn has_aside(&self) -> bool {
        let titled = self
            .content
            .groups
            .iter()
            .filter(|group| !group.title.is_empty());
        !self.frame.is_popup && titled.count() + self.content.inlines.len() > 1
    }
}
