//! Inline rows for the template.

use super::{Formset, Row};
use crate::admin::change_form::computed::{Cells, cells, cells_of_row};
use crate::admin::change_form::context::RenderContext;
use crate::admin::change_form::layout::{Layout, LayoutItem};
use crate::admin::change_form::problem::{ConflictRow, Problem};
use crate::admin::change_form::relations::{Relations, want_shown};
use crate::admin::change_form::shown::{ShownField, ShownFieldset};
use crate::admin::change_form::widgets::want;
use crate::admin::options::InlineKind;
use crate::db::Conn;
use crate::error::Result;
use crate::forms::model::LOADED;
use crate::words::capfirst;

/// The heading of a column.
#[derive(Debug, Clone)]
pub(in crate::admin) struct Head {
    pub(in crate::admin) label: String,
    pub(in crate::admin) required: bool,
    pub(in crate::admin) is_number: bool,
}

/// An inline row.
#[derive(Debug, Clone)]
pub(in crate::admin) struct ShownRow {
    /// `items-0`
    pub(in crate::admin) id: String,
    pub(in crate::admin) is_new: bool,
    pub(in crate::admin) name: String,
    pub(in crate::admin) change_url: String,
    pub(in crate::admin) hidden: Vec<(String, String)>,
    pub(in crate::admin) errors: Vec<String>,
    pub(in crate::admin) groups: Vec<ShownFieldset>,
    /// Whether the deletion box is ticked; `None` if the row has no such box.
    pub(in crate::admin) delete: Option<bool>,
}

impl ShownRow {
    /// Returns the fields, in order.
    pub(in crate::admin) fn fields(&self) -> Vec<&ShownField> {
        self.groups
            .iter()
            .flat_map(|group| group.lines.iter().flatten())
            .collect()
    }
}

/// A link to a page of rows; without a number for a gap.
#[derive(Debug, Clone)]
pub(in crate::admin) struct PageLink {
    pub(in crate::admin) number: Option<i64>,
    pub(in crate::admin) is_current: bool,
}

/// The rows of an inline.
#[derive(Debug, Clone)]
pub(in crate::admin) struct ShownInline {
    pub(in crate::admin) prefix: String,
    pub(in crate::admin) title: String,
    pub(in crate::admin) one: String,
    pub(in crate::admin) is_tabular: bool,
    pub(in crate::admin) is_collapsed: bool,
    pub(in crate::admin) management: [(&'static str, usize); 4],
    pub(in crate::admin) errors: Vec<String>,
    pub(in crate::admin) heads: Vec<Head>,
    pub(in crate::admin) rows: Vec<ShownRow>,
    /// The row that a script copies, if rows can be added.
    pub(in crate::admin) template: Option<ShownRow>,
    pub(in crate::admin) may_delete: bool,
    pub(in crate::admin) pages: Vec<PageLink>,
    /// Parameters for the links to other pages, such as `&_changelist_filters=p%3D2`.
    pub(in crate::admin) page_query: String,
    /// `1–100 of 50000 order items`, if there are several pages.
    pub(in crate::admin) count: String,
}

impl ShownInline {
    /// Returns the number of rows that can still be added.
    pub(in crate::admin::change_form) fn room(&self) -> usize {
        let [_, _, _, (_, most)] = self.management;
        most.saturating_sub(self.rows.len())
    }

    /// Returns the number of columns of the table.
    pub(in crate::admin) fn width(&self) -> usize {
        self.heads.len() + usize::from(self.may_delete || self.template.is_some())
    }

    /// Whether the inline has errors.
    pub(in crate::admin) fn is_wrong(&self) -> bool {
        let wrong = |row: &ShownRow| {
            !row.errors.is_empty() || row.groups.iter().any(ShownFieldset::is_wrong)
        };
        !self.errors.is_empty() || self.rows.iter().any(wrong)
    }
}

impl Formset {
    /// Requests the related rows that the inline will show.
    pub(in crate::admin::change_form) fn want(&self, relations: &mut Relations) {
        for row in &self.rows {
            for bound in &row.form.fields {
                want(relations, bound, &self.inline.options);
            }
            for field in self.layout(row).shown() {
                want_shown(relations, &row.form, &row.linked, field);
            }
        }
        if self.rights.add {
            for field in self.new.edited() {
                let empty = crate::forms::model::Cleaned::Many(Vec::new());
                let bound = crate::forms::model::BoundField::new(field, empty, chrono_tz::UTC);
                want(relations, &bound, &self.inline.options);
            }
        }
    }

    /// Computes the computed columns of existing rows.
    pub(in crate::admin::change_form) fn computed(&self, conn: &mut Conn) -> Result<Cells> {
        let there = self
            .rows
            .iter()
            .filter(|row| !row.form.adding)
            .map(|row| row.form.record.pk().clone());
        cells(
            conn,
            self.model(),
            &self.inline.options.readonly_computed,
            there.collect(),
        )
    }

    fn layout(&self, row: &Row) -> &Layout {
        if row.form.adding && !row.lost {
            &self.new
        } else {
            &self.old
        }
    }

    /// Renders the rows for the template.
    /// `parent` is the primary key of the parent, or "" for a new one; `computed` has the computed
    /// columns of the rows.
    pub(in crate::admin::change_form) fn show(
        &self,
        context: RenderContext<'_>,
        parent: &str,
        computed: &Cells,
    ) -> ShownInline {
        let model = self.model();
        let rows: Vec<ShownRow> = self
            .rows
            .iter()
            .map(|row| self.show_row(row, context, parent, computed))
            .collect();
        let template = self.rights.add.then(|| {
            let mut row = context.request.empty_row(self, 0);
            row.form.prefix = format!("{}-__prefix__", self.prefix);
            let mut shown = self.show_row(&row, context, parent, computed);
            // Scripts copy the template row, and they have their own search.
            for field in shown
                .groups
                .iter_mut()
                .flat_map(|group| group.lines.iter_mut().flatten())
            {
                field
                    .widget
                    .iter_mut()
                    .for_each(|widget| widget.picker = None);
            }
            shown
        });
        let layout = if self.rights.add {
            &self.new
        } else {
            &self.old
        };
        let most = if self.rights.add { self.most() } else { 0 };
        ShownInline {
            prefix: self.prefix.clone(),
            title: capfirst(&model.verbose_name_plural),
            one: model.verbose_name.clone(),
            is_tabular: self.inline.kind == InlineKind::Tabular,
            is_collapsed: self.inline.collapsed,
            management: [
                ("TOTAL_FORMS", self.rows.len()),
                ("INITIAL_FORMS", self.initial()),
                ("MIN_NUM_FORMS", self.inline.min_num),
                ("MAX_NUM_FORMS", most),
            ],
            errors: self.errors.clone(),
            heads: layout.items().map(|item| self.head(item)).collect(),
            rows,
            template,
            may_delete: self.rights.delete || self.rows.iter().any(|row| row.lost),
            pages: self.pages(),
            page_query: String::new(),
            count: self.count(),
        }
    }

    fn head(&self, item: LayoutItem) -> Head {
        use crate::models::DisplayShape;
        match item {
            LayoutItem::Edit(field) | LayoutItem::Show(field) => {
                let is_number = field.column().is_some_and(|column| {
                    column.shape() == DisplayShape::Number && !column.primary_key
                });
                let required = matches!(item, LayoutItem::Edit(_)) && field.required();
                Head {
                    label: self.inline.options.label(field),
                    required,
                    is_number,
                }
            }
            LayoutItem::Computed(at) => {
                let column = self.inline.options.readonly_computed.get(at);
                let label = column
                    .map(crate::admin::change_form::layout::head)
                    .unwrap_or_default();
                Head {
                    label,
                    required: false,
                    is_number: false,
                }
            }
        }
    }

    fn show_row(
        &self,
        row: &Row,
        context: RenderContext<'_>,
        parent: &str,
        computed: &Cells,
    ) -> ShownRow {
        let context = RenderContext {
            options: &self.inline.options,
            adding: row.form.adding,
            linked: &row.linked,
            computed: cells_of_row(computed, row.form.record.pk()),
            ..context
        };
        let mut groups = context.groups(self.layout(row), &row.form);
        let is_new = row.form.adding && !row.lost;
        let silent = is_new && !row.counts();
        for field in groups
            .iter_mut()
            .flat_map(|group| group.lines.iter_mut().flatten())
        {
            if silent {
                field.errors.clear();
            }
            if let Some(widget) = &mut field.widget {
                // An empty row need not be filled in.
                widget.control.required &= !is_new;
                widget.control.invalid &= !silent;
                if self.inline.kind == InlineKind::Tabular {
                    widget.control.aria_label.clone_from(&field.label);
                }
            }
        }
        let name = |part: &str| format!("{}-{part}", row.form.prefix);
        let pk = if row.form.adding {
            row.sent_key.clone()
        } else {
            row.form.record.pk().to_string()
        };
        let registered = context
            .request
            .site
            .registered(self.model())
            .filter(|_| self.inline.show_change_link && !row.form.adding);
        let change_url = registered
            .map(|registered| registered.object_url(&pk, "change"))
            .unwrap_or_default();
        let mut hidden = vec![
            (name(self.model().pk().name), pk),
            (name(self.fk.name), parent.to_owned()),
        ];
        if row.lost {
            // The row was changed, and stays so until it is ticked for deletion.
            hidden.push((name(LOADED), String::new()));
        } else if row.form.adding || self.rights.change {
            hidden.push((name(LOADED), row.form.loaded(context.request.zone())));
        }
        ShownRow {
            id: row.form.prefix.clone(),
            is_new,
            name: row.name.clone(),
            change_url,
            hidden,
            errors: row.form.errors.clone(),
            groups,
            delete: (row.lost || (!is_new && self.rights.delete)).then_some(row.delete),
        }
    }

    fn pages(&self) -> Vec<PageLink> {
        let Some((pages, current)) = self.page else {
            return Vec::new();
        };
        let link = |number: Option<i64>| PageLink {
            number,
            is_current: number == Some(current),
        };
        pages
            .elided_page_range(current, 2, 1)
            .into_iter()
            .map(link)
            .collect()
    }

    fn count(&self) -> String {
        let Some((pages, current)) = self.page else {
            return String::new();
        };
        let first = pages.offset(current) + 1;
        let last = (first + pages.per_page - 1).min(pages.count);
        format!(
            "{first}–{last} of {} {}",
            pages.count,
            self.model().verbose_name_plural
        )
    }
}

impl ShownInline {
    /// Returns the errors of the rows, for the summary above the form.
    pub(in crate::admin::change_form) fn problems(&self) -> Vec<Problem> {
        let one = capfirst(&self.one);
        let whole = self.errors.iter().map(|error| Problem {
            target: format!("{}-group", self.prefix),
            text: error.clone(),
        });
        let of_row = |(at, row): (usize, &ShownRow)| -> Vec<Problem> {
            let head = format!("{one} {}", at + 1);
            let own = row.errors.iter().map(|error| Problem {
                target: row.id.clone(),
                text: format!("{head}: {error}"),
            });
            let fields = row.fields().into_iter().flat_map(|field| {
                let texts = field.errors.iter();
                texts.map(|error| Problem {
                    target: field.target(),
                    text: format!("{head}, {}: {error}", field.label),
                })
            });
            own.chain(fields).collect()
        };
        whole
            .chain(self.rows.iter().enumerate().flat_map(of_row))
            .collect()
    }

    /// Returns the fields of the rows that two people have changed.
    pub(in crate::admin::change_form) fn conflicts(&self) -> Vec<ConflictRow> {
        let one = capfirst(&self.one);
        let of_row = |(at, row): (usize, &ShownRow)| -> Vec<ConflictRow> {
            let conflicts = row.fields().into_iter().filter_map(|field| {
                let theirs = field.theirs.as_ref()?;
                let label = format!("{one} {}, {}", at + 1, field.label);
                Some(ConflictRow {
                    target: field.target(),
                    label,
                    mine: theirs.mine.clone(),
                    theirs: theirs.text.clone(),
                })
            });
            conflicts.collect()
        };
        self.rows.iter().enumerate().flat_map(of_row).collect()
    }
}
