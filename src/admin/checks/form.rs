//! Checks options of forms.

use super::{Checks, twice};
use crate::forms::model::ModelField;

impl Checks<'_> {
    pub(super) fn form(&mut self) {
        self.listed_fields();
        self.relations();
        self.searched();
        self.many_to_many();
        self.controls();
    }

    /// Checks that the lists of the form's fields name each field once.
    fn listed_fields(&mut self) {
        let options = self.options;
        if let Some(fields) = &options.fields {
            if !options.fieldsets.is_empty() {
                self.add(
                    "admin.E005",
                    "fields",
                    "fieldsets are set as well. Remove one of the two options.",
                );
            }
            for name in twice(fields) {
                self.add(
                    "admin.E006",
                    "fields",
                    format!("{name} is listed twice. Remove one of the two."),
                );
            }
        }
        let in_sets: Vec<&'static str> = options
            .fieldsets
            .iter()
            .flat_map(|set| set.lines.iter().flatten().copied())
            .collect();
        for name in twice(&in_sets) {
            self.add(
                "admin.E012",
                "fieldsets",
                format!("{name} is listed twice. Remove one of the two."),
            );
        }
        let fields = options.fields.clone().unwrap_or_default();
        for (option, names) in [("fields", &fields), ("fieldsets", &in_sets)] {
            for name in names {
                let many = self.many(name);
                if many.is_some_and(|many| many.link_model().is_some()) {
                    self.add(
                        "admin.E013",
                        option,
                        format!(
                            "{name} has a model of its own for its links (through), which a form cannot fill. Remove \
                             it, and show the links as an inline."
                        ),
                    );
                }
            }
        }
        for name in twice(&options.exclude) {
            self.add(
                "admin.E015",
                "exclude",
                format!("{name} is listed twice. Remove one of the two."),
            );
        }
    }

    /// Checks that options for relations name relations.
    fn relations(&mut self) {
        let options = self.options;
        let relations = [
            ("admin.E003", "raw_id_fields", &options.raw_id_fields),
            (
                "admin.E038",
                "autocomplete_fields",
                &options.autocomplete_fields,
            ),
        ];
        for (id, option, names) in relations {
            for name in names
                .iter()
                .filter(|name| self.related(name).is_none())
                .collect::<Vec<_>>()
            {
                self.add(
                    id,
                    option,
                    format!("{name} is neither a foreign key nor many-to-many. Remove it."),
                );
            }
        }
    }

    /// Checks that options for many-to-many fields name such fields.
    fn many_to_many(&mut self) {
        let options = self.options;
        let many = [
            ("filter_vertical", &options.filter_vertical),
            ("filter_horizontal", &options.filter_horizontal),
        ];
        for (option, names) in many {
            for name in names
                .iter()
                .filter(|name| self.many(name).is_none())
                .collect::<Vec<_>>()
            {
                self.add(
                    "admin.E020",
                    option,
                    format!("{name} is not many-to-many. Remove it."),
                );
            }
        }
    }

    /// Checks that each control fits its field.
    fn controls(&mut self) {
        let options = self.options;
        for name in &options.radio_fields {
            let fits = self
                .column(name)
                .is_some_and(|field| field.relation.is_some() || field.has_choices());
            if !fits {
                self.add(
                    "admin.E023",
                    "radio_fields",
                    format!("{name} is not a foreign key and has no choices. Remove it."),
                );
            }
        }
        for (name, _) in options
            .formfields
            .iter()
            .filter(|(_, options)| options.rows.is_some())
        {
            let field = self.column(name).map(ModelField::Column);
            if !field.is_some_and(ModelField::takes_lines) {
                let text = format!("{name} is not a text of several lines. Remove its textarea.");
                self.add("nuages.E107", "formfield", text);
            }
        }
        for (slug, from) in &options.prepopulated_fields {
            let typed = |name: &str| {
                let field = self.column(name).map(ModelField::Column);
                field.is_some_and(|field| !field.is_split() && field.to().is_none())
            };
            if let Some(name) = [*slug]
                .iter()
                .chain(from)
                .find(|name| !typed(name))
                .copied()
            {
                let text = format!("{name} is not a text field. Name other fields.");
                self.add("admin.E028", "prepopulated_fields", text);
            }
        }
    }

    /// Checks that models of autocomplete fields can be searched.
    fn searched(&mut self) {
        for name in &self.options.autocomplete_fields {
            let Some(target) = self.related(name) else {
                continue;
            };
            let label = target.object_label();
            match self.site.registered(target) {
                None => {
                    let text = format!(
                        "{name} refers to {label}, which has no admin. Register the model, or use raw_id_fields."
                    );
                    self.add("admin.E039", "autocomplete_fields", text);
                }
                Some(registered) if registered.options.search_fields.is_empty() => {
                    let text = format!(
                        "{name} refers to {label}, whose admin has no search_fields. Add them there."
                    );
                    self.add("admin.E040", "autocomplete_fields", text);
                }
                Some(_) => {}
            }
        }
    }
}
