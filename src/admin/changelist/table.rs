//! The table of a list: headings that sort it, and a row for each object.

use std::borrow::Cow;

use super::cell::{self, CellFormat};
use super::columns::Column;
use super::editing::Editing;
use super::list::List;
use super::markup::Markup;
use super::selection::Selection;
use crate::admin::quote;
use crate::models::{Row, bidi};

/// The table. It is rendered on the thread that loaded its rows, which can reuse the memory of
/// their values.
pub(super) struct Table {
    pub(super) head: Markup,
    pub(super) rows: Markup,
    /// The number of rows.
    pub(super) shown: i64,
    /// The values of the editable fields.
    pub(super) held: Option<String>,
}

impl Table {
    pub(super) fn new(list: &List, rows: &[Row], context: &RowContext<'_>) -> Self {
        Self {
            head: head(list),
            rows: written(list, rows, context),
            shown: i64::try_from(rows.len()).unwrap_or_default(),
            held: context.editing.map(|editing| editing.held(list, rows)),
        }
    }

    /// Returns the size of the HTML in bytes.
    pub(super) fn len(&self) -> usize {
        self.head.0.len() + self.rows.0.len()
    }
}

/// Renders the headings.
fn head(list: &List) -> Markup {
    let mut out = Markup::default();
    let sorted = |column: &Column, number| list.sorting.rank(number).filter(|_| column.is_sortable);
    let numbered = || list.columns.all.iter().zip(list.first..);
    let several = numbered()
        .filter(|(column, number)| sorted(column, *number).is_some())
        .count()
        > 1;
    for (column, number) in numbered() {
        let state = sorted(column, number);
        out.raw("<th scope=\"col\"").raw(if column.is_number {
            " class=\"number\""
        } else {
            ""
        });
        if let Some((_, descending)) = state {
            out.raw(if descending {
                " aria-sort=\"descending\""
            } else {
                " aria-sort=\"ascending\""
            });
        }
        out.raw(">");
        if !column.is_sortable {
            out.text(&column.label).raw("</th>");
            continue;
        }
        let link = |order: &str| list.params.link(&[("o", order)], &[]);
        out.raw("<span class=\"sort\"><a href=\"")
            .text(&link(&list.sorting.first(number)));
        let Some((rank, descending)) = state else {
            out.raw("\">")
                .text(&column.label)
                .icon("sort", " idle")
                .raw("</a></span></th>");
            continue;
        };
        let turn = if descending {
            "Sort ascending"
        } else {
            "Sort descending"
        };
        let arrow = if descending { "arrow-down" } else { "arrow-up" };
        out.raw("\" title=\"")
            .raw(if several { "Sort by this first" } else { turn })
            .raw("\">")
            .text(&column.label);
        if several {
            out.raw("</a><a href=\"")
                .text(&link(&list.sorting.turned(number)))
                .raw("\" title=\"")
                .raw(turn)
                .raw("\">");
            out.icon(arrow, "")
                .raw("<span class=\"rank\">")
                .number(rank)
                .raw("</span><span class=\"hidden\">");
            out.raw(turn).raw("</span></a>");
        } else {
            out.icon(arrow, "").raw("</a>");
        }
        out.raw("<a class=\"unsort\" href=\"")
            .text(&link(&list.sorting.without(number)));
        out.raw("\" title=\"Remove from sorting\">")
            .icon("close", "")
            .raw("<span class=\"hidden\">Remove ");
        out.text(&column.label)
            .raw(" from sorting</span></a></span></th>");
    }
    out
}

/// The context of the rows.
pub(super) struct RowContext<'a> {
    /// Whether rows can be ticked.
    pub(super) has_boxes: bool,
    /// The rows that are ticked.
    pub(super) selection: &'a Selection,
    /// The forms in the rows.
    pub(super) editing: Option<&'a Editing>,
    /// Whether a click returns the row to the window that opened this pop-up.
    pub(super) is_popup: bool,
}

/// Renders a row for each object.
fn written(list: &List, rows: &[Row], context: &RowContext<'_>) -> Markup {
    let columns = &list.columns.all;
    let mut out = Markup(String::with_capacity(
        rows.len() * 160 * (columns.len() + 1),
    ));
    let writer = RowWriter::new(list, context);
    let mut pk = String::new();
    for (number, row) in rows.iter().enumerate() {
        pk.clear();
        if let Some(value) = row.first() {
            value.push_to(&mut pk);
        }
        writer.write(&mut out, number, row, &pk);
    }
    out
}

/// Writes the rows of a table.
struct RowWriter<'a> {
    list: &'a List,
    context: &'a RowContext<'a>,
    format: CellFormat,
    /// The URL of the list, with which the URLs of the rows begin.
    base: String,
    /// The end of the links to the rows.
    tail: Markup,
    /// The start tag of each column's cells. Each row repeats the labels, because phones show a row
    /// as a card.
    starts: Vec<Markup>,
}

impl<'a> RowWriter<'a> {
    fn new(list: &'a List, context: &'a RowContext<'a>) -> Self {
        let registered = list.site.registered;
        let preserved = if registered.options.preserve_filters {
            list.params.preserved()
        } else {
            String::new()
        };
        let mut tail = Markup::default();
        tail.raw("/change/")
            .raw(if preserved.is_empty() { "" } else { "?" })
            .text(&preserved)
            .raw("\"");
        Self {
            list,
            context,
            format: CellFormat {
                zone: list.site.zone,
                empty: list.site.empty(),
            },
            base: registered.url(),
            tail,
            starts: list.columns.all.iter().map(start).collect(),
        }
    }

    /// Writes the row with this number on the page.
    fn write(&self, out: &mut Markup, number: usize, row: &Row, pk: &str) {
        let context = self.context;
        let name = if context.has_boxes || context.editing.is_some() {
            self.list.row_name(row)
        } else {
            Cow::default()
        };
        if context.editing.is_some() {
            out.raw("<tr id=\"id_form-").number(number).raw("\">");
        } else {
            out.raw("<tr>");
        }
        if context.has_boxes {
            self.select_box(out, number, pk, &name);
        }

        let mut is_first_link = true;
        for (at, (column, start)) in self.list.columns.all.iter().zip(&self.starts).enumerate() {
            let is_heading = column.is_link && is_first_link;
            out.raw(if is_heading {
                "<th scope=\"row\">"
            } else {
                &start.0
            });
            if at == 0 && !context.has_boxes {
                self.hidden_pk(out, number, pk);
            }
            if column.is_link {
                self.link(out, column, row, pk);
                is_first_link = false;
            } else {
                let is_edited = context.editing.is_some_and(|editing| {
                    editing.write(out, self.list, (at, number), row, (pk, &name))
                });
                if !is_edited {
                    cell::write(out, self.format, column, row);
                }
            }
            out.raw(if is_heading { "</th>" } else { "</td>" });
        }
        out.raw("</tr>\n");
    }

    /// Writes the cell with the box that selects the row for actions.
    fn select_box(&self, out: &mut Markup, number: usize, pk: &str, name: &str) {
        out.raw("<td class=\"select\"><label><input type=\"checkbox\" name=\"_selected_action\" value=\"")
            .text(pk)
            .raw("\"")
            .raw(if self.context.selection.has(pk) {
                " checked"
            } else {
                ""
            });
        out.raw("><span class=\"hidden\">Select ")
            .text(&bidi::isolated(name))
            .raw("</span></label>");
        self.hidden_pk(out, number, pk);
        out.raw("</td>");
    }

    /// Writes the hidden primary key of a form's row.
    fn hidden_pk(&self, out: &mut Markup, number: usize, pk: &str) {
        if self.context.editing.is_none() {
            return;
        }
        let name = self.list.site.registered.model.pk().name;
        out.raw("<input type=\"hidden\" name=\"form-")
            .number(number)
            .raw("-")
            .raw(name);
        out.raw("\" id=\"id_form-")
            .number(number)
            .raw("-")
            .raw(name);
        out.raw("\" value=\"").text(pk).raw("\">");
    }

    /// Writes the value of a column that links to the form of the row.
    fn link(&self, out: &mut Markup, column: &Column, row: &Row, pk: &str) {
        out.raw("<a href=\"")
            .raw(&self.base)
            .text(&quote(pk))
            .raw(&self.tail.0);
        if self.context.is_popup {
            out.raw(" data-popup-pick=\"").text(pk).raw("\"");
        }
        out.raw(">");
        cell::write(out, self.format, column, row);
        out.raw("</a>");
    }
}

/// Returns the start tag of a cell of `column`.
fn start(column: &Column) -> Markup {
    let mut out = Markup::default();
    out.raw(match (column.is_number, column.is_picture) {
        (true, _) => "<td class=\"number\"",
        (_, true) => "<td class=\"thumb\"",
        _ => "<td",
    });
    out.raw(" data-label=\"").text(&column.label).raw("\">");
    out
}

impl List {
    /// Returns the display name of a row.
    pub(super) fn row_name<'a>(&self, row: &'a Row) -> Cow<'a, str> {
        let text = &self.site.registered.model.display;
        text.say(
            row.get(self.columns.name_at..self.columns.name_at + text.paths.len())
                .unwrap_or_default(),
        )
    }
}
