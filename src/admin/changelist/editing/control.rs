//! Writes a control in a cell, with its errors.

use super::{Edited, PREFIX};
use crate::admin::changelist::markup::Markup;
use crate::forms::model::{ControlKind, InputDescription, Typed, has_lines, input_type};
use crate::models::bidi;

/// The state of a field in one row.
pub(super) struct EditedCell<'a> {
    pub(super) typed: &'a Typed,
    pub(super) errors: &'a [String],
    /// The content of the column, if it cannot be read.
    pub(super) note: Option<String>,
    /// The value that somebody else has saved meanwhile.
    pub(super) theirs: Option<Typed>,
}

/// Writes the control of `edited` in form number `number`; `row` is the display name of the row.
pub(super) fn write(
    out: &mut Markup,
    edited: &Edited,
    number: usize,
    row: &str,
    state: &EditedCell<'_>,
) {
    let control = Cell {
        edited,
        number,
        row,
        state,
    };
    let first = state.typed.first();
    match edited.pattern.kind {
        ControlKind::Checkbox => {
            let ticked = !matches!(first.to_lowercase().as_str(), "" | "false");
            out.raw("<input type=\"checkbox\"");
            control.attributes(out, "");
            out.raw(if ticked { " checked>" } else { ">" });
        }
        ControlKind::Select | ControlKind::Radio => {
            out.raw("<select");
            control.attributes(out, "");
            out.raw(">");
            let is_offered = edited
                .pattern
                .choices
                .iter()
                .any(|choice| choice.value == first.trim());
            if !is_offered {
                // Otherwise a browser would select the first option, and change a field that the
                // user did not touch.
                out.raw("<option value=\"").text(first).raw("\" selected>");
                out.text(if first.is_empty() {
                    edited.blank_label
                } else {
                    first
                })
                .raw("</option>");
            }
            for choice in &edited.pattern.choices {
                out.raw("<option value=\"").text(&choice.value);
                out.raw(if choice.value == first.trim() {
                    "\" selected>"
                } else {
                    "\">"
                })
                .text(&bidi::isolated(&choice.text));
                out.raw("</option>");
            }
            out.raw("</select>");
        }
        ControlKind::Textarea | ControlKind::Json => {
            out.raw("<textarea rows=\"2\" cols=\"30\" dir=\"auto\"");
            control.attributes(out, "");
            out.raw(">\n").text(first).raw("</textarea>");
        }
        ControlKind::Input(_) if has_lines(first) => {
            out.raw("<textarea rows=\"2\" cols=\"30\"");
            control.attributes(out, "");
            out.raw(">\n").text(first).raw("</textarea>");
        }
        ControlKind::Split => {
            control.input(out, "date", "_0", first);
            control.input(out, "time", "_1", state.typed.second());
        }
        ControlKind::Ends(kind) => {
            control.input(out, kind, "_0", first);
            control.input(out, kind, "_1", state.typed.second());
        }
        ControlKind::Input(kind) => control.input(out, kind, "", first),
        _ => control.input(out, "text", "", first),
    }
    control.what_is_wrong(out);
    control.note(out);
}

struct Cell<'a> {
    edited: &'a Edited,
    number: usize,
    row: &'a str,
    state: &'a EditedCell<'a>,
}

impl Cell<'_> {
    fn input(&self, out: &mut Markup, kind: &'static str, part: &str, value: &str) {
        // An input of another type would drop a value that it cannot show.
        let is_plain = !self.state.errors.is_empty() || self.state.note.is_some();
        let kind = if is_plain {
            "text"
        } else {
            input_type(kind, value)
        };
        let input = InputDescription::new(kind);

        out.raw("<input type=\"").raw(input.type_name).raw("\"");
        if let Some(mode) = input.input_mode {
            out.raw(" inputmode=\"").raw(mode).raw("\"");
        }
        self.attributes(out, part);
        if input.has_direction {
            out.raw(bidi::dir(value).0);
        }
        if let Some(most) = self.edited.pattern.max_length {
            out.raw(" maxlength=\"").number(most).raw("\"");
        }
        if kind == "number" && !self.edited.pattern.min.is_empty() {
            out.raw(" min=\"").text(&self.edited.pattern.min).raw("\"");
        }
        if let Some(step) = input.step {
            out.raw(" step=\"").raw(step).raw("\"");
        }
        out.raw(" value=\"").text(value).raw("\">");
    }

    /// Writes `form-0-price`.
    fn name(&self, out: &mut Markup) {
        out.raw(PREFIX)
            .raw("-")
            .number(self.number)
            .raw("-")
            .raw(self.edited.field.name());
    }

    fn attributes(&self, out: &mut Markup, part: &str) {
        out.raw(" name=\"");
        self.name(out);
        out.raw(part).raw("\" id=\"id_");
        self.name(out);
        out.raw(part)
            .raw("\" aria-label=\"")
            .text(&self.edited.label);
        out.raw(match part {
            "_0" => " (date) of ",
            "_1" => " (time) of ",
            _ => " of ",
        });
        out.text(&bidi::isolated(self.row)).raw("\"");
        if !self.state.errors.is_empty() || self.state.theirs.is_some() {
            out.raw(" aria-invalid=\"true\" aria-describedby=\"id_");
            self.name(out);
            out.raw("_error\"");
        } else if self.state.note.is_some() {
            out.raw(" aria-describedby=\"id_");
            self.name(out);
            out.raw("_note\"");
        }
    }

    fn note(&self, out: &mut Markup) {
        if let Some(note) = &self.state.note {
            out.raw("<p class=\"damaged\" id=\"id_");
            self.name(out);
            out.raw("_note\">")
                .icon("alert", "")
                .raw("<span>")
                .text(note)
                .raw("</span></p>");
        }
    }

    fn what_is_wrong(&self, out: &mut Markup) {
        if self.state.errors.is_empty() && self.state.theirs.is_none() {
            return;
        }
        out.raw("<ul class=\"errorlist\" id=\"id_");
        self.name(out);
        out.raw("_error\">");
        for error in self.state.errors {
            out.raw("<li>").icon("alert", "").text(error).raw("</li>");
        }
        if let Some(theirs) = &self.state.theirs {
            let value = theirs.first();
            let shown = self
                .edited
                .pattern
                .choices
                .iter()
                .find(|choice| choice.value == value);
            let shown = shown.map_or_else(|| theirs.0.join(" "), |choice| choice.text.clone());
            out.raw("<li class=\"theirs\">")
                .icon("merge", "")
                .raw("<span>Saved meanwhile: <strong>");
            out.text(if shown.is_empty() { "-" } else { &shown })
                .raw("</strong></span>");
            out.raw("<button class=\"mini needs-js\" type=\"button\" data-use-value=\"")
                .text(value);
            out.raw("\" data-use-for=\"id_");
            self.name(out);
            out.raw("\">Use this value</button></li>");
        }
        out.raw("</ul>");
    }
}
