//! The order in which Django creates the models of an app.

use super::state::TableState;

/// A step of Django's autodetector before it is optimized: a model without its relations, or one
/// relation.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step<'a> {
    Create(Created<'a>),
    Add { model: &'a str, to: String },
}

/// A model with the relations that were merged into it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Created<'a> {
    table: &'a TableState,
    refers_to: Vec<String>,
}

/// Returns the tables in Django's order: by name, each after those that it or its links refer to.
/// Tables that refer to each other keep their places: their foreign keys are added later.
///
/// Django adds each relation in a step of its own and then merges the steps
/// (`MigrationOptimizer.optimize_inner`); the same is done here.
pub(super) fn creation_order<'a>(
    app: &str,
    tables: &[&'a TableState],
    links: &[&TableState],
) -> Vec<&'a TableState> {
    let mut sorted = tables.to_vec();
    sorted.sort_by_key(|table| table.model.to_lowercase());
    let label = |table: &TableState| format!("{app}.{}", table.model);

    let mut relations = Vec::new();
    for table in &sorted {
        relations.extend(relations_of(table, links));
    }
    let mut steps: Vec<Step<'a>> = sorted
        .iter()
        .map(|table| {
            Step::Create(Created {
                table,
                refers_to: Vec::new(),
            })
        })
        .collect();
    // A relation is added as soon as both models are there.
    let mut created: Vec<String> = Vec::new();
    for table in &sorted {
        created.push(label(table));
        relations.retain(|step| {
            let Step::Add { model, to } = step else {
                return false;
            };
            let is_own = sorted.iter().any(|one| label(one) == *to);
            let is_ready =
                created.contains(&format!("{app}.{model}")) && (!is_own || created.contains(to));
            if is_ready {
                steps.push(step.clone());
            }
            !is_ready
        });
    }

    while let Some(merged) = merge_once(&steps, &label) {
        steps = merged;
    }
    steps
        .into_iter()
        .filter_map(|step| match step {
            Step::Create(created) => Some(created.table),
            Step::Add { .. } => None,
        })
        .collect()
}

/// Returns the relations of a model in the order of their names: its foreign keys and its links.
fn relations_of<'a>(table: &'a TableState, links: &[&TableState]) -> Vec<Step<'a>> {
    let keys = table.columns.iter().filter_map(|column| {
        let reference = column.references.as_ref()?;
        Some((column.name.clone(), reference.model.clone()))
    });
    let links = links.iter().filter_map(|link| {
        let field = link
            .link
            .as_ref()
            .filter(|field| field.model == table.model)?;
        let to = link.columns.last()?.references.as_ref()?;
        Some((field.field.clone(), to.model.clone()))
    });
    let mut relations: Vec<(String, String)> = keys.chain(links).collect();
    relations.sort();
    relations
        .into_iter()
        .map(|(_, to)| Step::Add {
            model: &table.model,
            to,
        })
        .collect()
}

/// Merges one relation into its model; `None` if no relation can be merged any more.
fn merge_once<'a>(
    steps: &[Step<'a>],
    label: &impl Fn(&TableState) -> String,
) -> Option<Vec<Step<'a>>> {
    for (at, step) in steps.iter().enumerate() {
        let Step::Create(created) = step else {
            continue;
        };
        let own = label(created.table);
        let mut may_move = true;
        for (offset, other) in steps[at + 1..].iter().enumerate() {
            let between = &steps[at + 1..at + 1 + offset];
            match other {
                Step::Add { model, to } if *model == created.table.model => {
                    let mut merged = created.clone();
                    merged.refers_to.push(to.clone());
                    let others_may_pass = between.iter().all(|one| lets_pass(one, other, label));
                    if !may_move && !others_may_pass {
                        break;
                    }

                    let mut result = steps[..at].to_vec();
                    if may_move {
                        result.extend_from_slice(between);
                        result.push(Step::Create(merged));
                    } else {
                        result.push(Step::Create(merged));
                        result.extend_from_slice(between);
                    }
                    result.extend_from_slice(&steps[at + offset + 2..]);
                    return Some(result);
                }
                other if refers_to(other, &own) => may_move = false,
                _ => {}
            }
        }
    }
    None
}

/// Whether `later` can move before `step`.
fn lets_pass(step: &Step<'_>, later: &Step<'_>, label: &impl Fn(&TableState) -> String) -> bool {
    match step {
        Step::Create(created) => !refers_to(later, &label(created.table)),
        Step::Add { .. } => true,
    }
}

fn refers_to(step: &Step<'_>, label: &str) -> bool {
    match step {
        Step::Create(created) => created.refers_to.iter().any(|to| to == label),
        Step::Add { model, to } => {
            to == label || label.rsplit('.').next().is_some_and(|own| own == *model)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::creation_order;
    use crate::makemigrations::state::{ColumnState, PerDatabase, Reference, TableState};

    fn table(model: &str, refers_to: &[&str]) -> TableState {
        let columns = refers_to.iter().map(|to| ColumnState {
            references: Some(Reference {
                model: format!("shop.{to}"),
                table: String::new(),
                column: "id".to_owned(),
                on_delete: String::new(),
                constraint: true,
            }),
            ..ColumnState::new(to, PerDatabase::Both("bigint".to_owned()))
        });
        TableState {
            model: model.to_owned(),
            table: model.to_lowercase(),
            link: None,
            columns: columns.collect(),
            unique_together: Vec::new(),
            indexes: Vec::new(),
            constraints: Vec::new(),
            search_index: Vec::new(),
            kept_names: std::collections::BTreeMap::new(),
        }
    }

    fn order(tables: &[TableState]) -> Vec<&str> {
        let tables: Vec<&TableState> = tables.iter().collect();
        let names = creation_order("shop", &tables, &[]).into_iter();
        names.map(|table| table.model.as_str()).collect()
    }

    #[test]
    fn a_model_follows_those_it_refers_to() {
        let tables = [
            table("Category", &["Category"]),
            table("Product", &["Category", "Tag"]),
            table("Tag", &[]),
        ];
        assert_eq!(order(&tables), ["Tag", "Category", "Product"]);
    }

    #[test]
    fn models_that_refer_to_each_other_are_all_created() {
        let tables = [table("Author", &["Book"]), table("Book", &["Author"])];
        let mut names = order(&tables);
        names.sort_unstable();
        assert_eq!(names, ["Author", "Book"]);
    }
}
