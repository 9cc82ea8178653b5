//! The columns of a list: the positions of their values in a row, their display and their order.

use crate::admin::RegisteredModel;
use crate::admin::options::{Cell, ListColumn};
use crate::db::Value;
use crate::models::{
    ColumnPath, DisplayShape, DisplayText, FieldDisplay, Formula, Meta, Order, Row, Step,
};
use crate::words::capfirst;

/// The content of a column.
#[derive(Clone, Copy)]
pub(super) enum Source {
    /// The value of a field.
    Field(FieldDisplay<'static>),
    /// The display name of the row.
    Text(&'static DisplayText),
    /// The display name of the row that a foreign key refers to; the first value is the key itself.
    Related(&'static DisplayText),
    /// A value that the site author computes.
    Computed(&'static Formula<Cell>),
}

/// A column.
pub(super) struct Column {
    /// The name of the column in the table, or the name that the site author chose.
    pub(super) name: &'static str,
    /// The heading.
    pub(super) label: String,
    pub(super) source: Source,
    /// The position of the first value in a row.
    pub(super) at: usize,
    pub(super) width: usize,
    /// The sort key if the user clicks on the heading; `None` if the column cannot be sorted.
    pub(super) order: Option<Order>,
    /// Whether the heading can be clicked.
    pub(super) is_sortable: bool,
    /// Whether the column links to the form.
    pub(super) is_link: bool,
    pub(super) is_number: bool,
    pub(super) is_picture: bool,
}

impl Column {
    /// Returns the column's values in `row`.
    pub(super) fn values<'a>(&self, row: &'a Row) -> &'a [Value] {
        row.get(self.at..self.at + self.width).unwrap_or_default()
    }
}

/// The columns, and all values that are read for them; the primary key comes first.
pub(super) struct Columns {
    pub(super) all: Vec<Column>,
    pub(super) paths: Vec<ColumnPath>,
    /// The position of the display name, which screen readers use.
    pub(super) name_at: usize,
}

impl Columns {
    /// Creates the columns `shown` of the list of `registered`.
    pub(super) fn new(
        registered: &'static RegisteredModel,
        shown: Vec<&'static ListColumn>,
    ) -> Self {
        let model = registered.model;
        let mut paths = vec![ColumnPath::own(model.pk().column)];
        let mut columns = Vec::with_capacity(shown.len());
        for column in shown {
            columns.push(read(registered, column, &mut paths));
        }
        if columns.is_empty() {
            columns.push(name_of_row(model, &mut paths));
        }
        let links = registered.options.list_display_links.as_deref();
        for (index, column) in columns.iter_mut().enumerate() {
            column.is_link = links.is_some_and(|links| {
                links.contains(&column.name) || links.is_empty() && index == 0
            });
        }
        let name_at = placed(&mut paths, &model.display.paths);
        Self {
            all: columns,
            paths,
            name_at,
        }
    }

    /// Returns the position of `path`, which is read in addition to the columns.
    pub(super) fn also(&mut self, path: &ColumnPath) -> usize {
        placed(&mut self.paths, std::slice::from_ref(path))
    }
}

/// Returns the heading of `column`.
pub(super) fn heading(registered: &'static RegisteredModel, column: &'static ListColumn) -> String {
    read(registered, column, &mut Vec::new()).label
}

/// Returns the position of these consecutive values among `paths`; adds them if necessary.
fn placed(paths: &mut Vec<ColumnPath>, wanted: &[ColumnPath]) -> usize {
    let position = paths
        .windows(wanted.len().max(1))
        .position(|some| some == wanted);
    position.unwrap_or_else(|| {
        paths.extend_from_slice(wanted);
        paths.len() - wanted.len()
    })
}

fn name_of_row(model: &'static Meta, paths: &mut Vec<ColumnPath>) -> Column {
    Column {
        name: "__str__",
        label: capfirst(&model.verbose_name),
        source: Source::Text(&model.display),
        at: placed(paths, &model.display.paths),
        width: model.display.paths.len(),
        order: None,
        is_sortable: false,
        is_link: false,
        is_number: false,
        is_picture: false,
    }
}

fn read(
    registered: &'static RegisteredModel,
    column: &'static ListColumn,
    paths: &mut Vec<ColumnPath>,
) -> Column {
    let model = registered.model;
    let may_sort = |name: &str| {
        registered
            .options
            .sortable_by
            .as_ref()
            .is_none_or(|allowed| allowed.contains(&name))
    };
    match column {
        ListColumn::Field(path) => {
            let field = model.resolve(path).unwrap_or_else(|| model.pk());
            let (source, read) = match &field.relation {
                Some(relation) => {
                    let text = &relation.to().display;
                    let step = Step::Forward(field.column);
                    let behind = |name: &ColumnPath| {
                        let steps = path
                            .steps
                            .iter()
                            .copied()
                            .chain([step])
                            .chain(name.steps.iter().copied());
                        ColumnPath {
                            steps: steps.collect(),
                            column: name.column,
                        }
                    };
                    // The foreign key itself shows whether there is a row.
                    let read: Vec<ColumnPath> = [path.clone()]
                        .into_iter()
                        .chain(text.paths.iter().map(behind))
                        .collect();
                    (Source::Related(text), read)
                }
                None => (Source::Field(FieldDisplay::new(field)), vec![path.clone()]),
            };
            let label = if path.steps.is_empty() {
                field.label()
            } else {
                capfirst(&model.spelled(path).replace("__", " ").replace('_', " "))
            };
            Column {
                name: path.column,
                label,
                source,
                at: placed(paths, &read),
                width: read.len(),
                order: Some(Order {
                    path: path.clone(),
                    descending: false,
                }),
                is_sortable: may_sort(path.column),
                is_link: false,
                is_number: field.shape() == DisplayShape::Number,
                is_picture: field.shape() == DisplayShape::Picture,
            }
        }
        ListColumn::Computed {
            name,
            description,
            paths: read,
            compute,
            ordering,
        } => Column {
            name,
            label: capfirst(description),
            source: Source::Computed(compute),
            at: placed(paths, read),
            width: read.len(),
            order: ordering.clone(),
            is_sortable: ordering.is_some() && may_sort(name),
            is_link: false,
            is_number: false,
            is_picture: false,
        },
        // The check admin.E109 reports this mistake.
        ListColumn::Loaded {
            name, description, ..
        } => Column {
            name,
            label: capfirst(description),
            source: Source::Related(&model.display),
            at: placed(paths, &model.display.paths),
            width: model.display.paths.len(),
            order: None,
            is_sortable: false,
            is_link: false,
            is_number: false,
            is_picture: false,
        },
    }
}
