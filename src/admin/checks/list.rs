//! Checks options of lists.

use super::{Checks, twice};
use crate::admin::options::{ListColumn, ListFilter};

impl Checks<'_> {
    pub(super) fn list(&mut self) {
        let options = self.options;
        let shown: Vec<&'static str> = options.list_display.iter().map(name_of).collect();
        for column in &options.list_display {
            let path = match column {
                ListColumn::Field(path) => path,
                ListColumn::Computed { paths, .. } => {
                    let model = self.model;
                    let mut wrong = paths.iter();
                    if let Some(key) = wrong.find_map(|path| path.wrong_aggregate_key(model)) {
                        let text = format!(
                            "{key} does not refer to {}. Name the foreign key that does.",
                            model.object_label()
                        );
                        self.add("nuages.E111", "list_display", text);
                    }
                    continue;
                }
                ListColumn::Loaded { name, .. } => {
                    let text = format!("{name} is loaded row by row. Use `computed`.");
                    self.add("admin.E109", "list_display", text);
                    continue;
                }
            };
            if path.is_to_many() {
                let text =
                    "a row can have many of them. Compute a text from them, or filter by them.";
                self.add("admin.E109", "list_display", text);
            }
            if self
                .column(path.column)
                .is_some_and(|field| field.secret && path.steps.is_empty())
            {
                self.add(
                    "nuages.E103",
                    "list_display",
                    format!("{} is a secret. Remove it.", path.column),
                );
            }
        }
        let links = options.list_display_links.as_deref();
        for name in links
            .unwrap_or_default()
            .iter()
            .filter(|name| !shown.contains(name))
        {
            self.add(
                "admin.E111",
                "list_display_links",
                format!("{name} is not in list_display. Add it there."),
            );
        }
        self.editable(&shown, links);
        if let Some(path) = &options.date_hierarchy {
            let field = self.model.resolve(path);
            if !field.is_some_and(|field| field.kind.shape().has_day()) {
                let text = format!(
                    "{} is not a date. Name a date or a point in time.",
                    path.column
                );
                self.add("admin.E128", "date_hierarchy", text);
            }
        }
        let own = options
            .list_filter
            .iter()
            .filter_map(|filter| match filter {
                ListFilter::Own(own) => Some(own.parameter_name),
                ListFilter::Field(..) => None,
            });
        let own: Vec<&'static str> = own.collect();
        for name in twice(&own) {
            self.add(
                "nuages.E104",
                "list_filter",
                format!("two filters are called {name} in URLs. Rename one."),
            );
        }
        for (option, rows) in [
            ("list_per_page", options.list_per_page),
            ("list_max_show_all", options.list_max_show_all),
        ] {
            if rows < 1 {
                let id = if option == "list_per_page" {
                    "admin.E118"
                } else {
                    "admin.E119"
                };
                self.add(
                    id,
                    option,
                    format!("{rows} is too small: a page needs at least 1 row. Raise the number."),
                );
            }
        }
        self.actions();
    }

    fn editable(&mut self, shown: &[&'static str], links: Option<&[&'static str]>) {
        for name in &self.options.list_editable {
            if !shown.contains(name) {
                self.add(
                    "admin.E122",
                    "list_editable",
                    format!("{name} is not in list_display. Add it there."),
                );
            }
            let linked = links.unwrap_or_default();
            if linked.contains(name) {
                let text = format!(
                    "{name} is in list_display_links as well: a column is a link or a field. Remove it from one of the two."
                );
                self.add("admin.E123", "list_editable", text);
            }
            if links.is_some_and(<[_]>::is_empty) && shown.first() == Some(name) {
                let text = format!(
                    "{name} is the first column, which links to the form. Name another in list_display_links."
                );
                self.add("admin.E124", "list_editable", text);
            }
            if self.column(name).is_some_and(|field| !field.editable) || self.many(name).is_some() {
                self.add(
                    "admin.E125",
                    "list_editable",
                    format!("{name} cannot be edited in a list. Remove it."),
                );
            }
        }
    }

    fn actions(&mut self) {
        let names: Vec<&'static str> = self
            .options
            .actions
            .iter()
            .map(|action| action.name)
            .collect();
        for name in twice(&names) {
            self.add(
                "admin.E130",
                "actions",
                format!("two actions are called {name}. Rename one."),
            );
        }
        for action in &self.options.actions {
            if action.name == "delete_selected" {
                self.add(
                    "admin.E130",
                    "actions",
                    "the admin already has the action delete_selected. Rename this one.",
                );
            }
            let unknown = action.permissions.iter();
            let unknown: Vec<_> = unknown.filter(|name| !self.is_permission(name)).collect();
            for wanted in unknown {
                let text = format!(
                    "{} requires the permission {wanted:?}. Use view, add, change or delete, or the first word of a permission \
                     of the model.",
                    action.name
                );
                self.add("admin.E129", "actions", text);
            }
        }
    }
}

/// Returns the column of a field of the model itself, or the name of a computed column.
fn name_of(column: &ListColumn) -> &'static str {
    match column {
        ListColumn::Field(path) if path.steps.is_empty() => path.column,
        ListColumn::Field(_) => "",
        ListColumn::Computed { name, .. } | ListColumn::Loaded { name, .. } => name,
    }
}
