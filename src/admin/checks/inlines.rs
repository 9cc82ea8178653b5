//! Checks inlines.

use super::Checks;
use crate::models::Field;

impl Checks<'_> {
    pub(super) fn inlines(&mut self) {
        let parent = self.registered.model;
        for inline in &self.options.inlines {
            let mut checks = Checks {
                options: &inline.options,
                model: inline.model,
                found: Vec::new(),
                ..*self
            };
            let leads = |field: &&Field| {
                field
                    .relation
                    .as_ref()
                    .is_some_and(|relation| relation.to().is_same_table(parent))
            };
            let keys: Vec<&str> = inline
                .model
                .fields
                .iter()
                .filter(leads)
                .map(|field| field.column)
                .collect();
            let label = parent.object_label();
            match (keys.as_slice(), inline.fk_column) {
                _ if inline.content_type.is_some() => {}
                ([], _) => checks.add(
                    "admin.E202",
                    "model",
                    format!("the model has no foreign key to {label}. Remove it."),
                ),
                ([_, _, ..], None) => {
                    let text = format!(
                        "the model has several foreign keys to {label} ({}). Name one with fk_name.",
                        keys.join(", ")
                    );
                    checks.add("admin.E202", "fk_name", text);
                }
                (keys, Some(named)) if !keys.contains(&named) => {
                    checks.add(
                        "admin.E202",
                        "fk_name",
                        format!("{named} does not refer to {label}. Name a foreign key that does."),
                    );
                }
                _ => {}
            }
            if inline.max_num < inline.min_num {
                let text = format!(
                    "at least {} rows and at most {} contradict each other. Raise max_num.",
                    inline.min_num, inline.max_num
                );
                checks.add("admin.E204", "max_num", text);
            }
            if inline.per_page == 0 {
                checks.add(
                    "nuages.E105",
                    "per_page",
                    "a page needs at least 1 row. Raise the number.",
                );
            }
            checks.form();
            let found = checks.found;
            self.found.extend(found);
        }
    }
}
