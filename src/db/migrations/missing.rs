//! Finds migrations that others need, and that the program does not have.

use std::collections::BTreeSet;

use super::Migration;

/// Returns a sentence about the first migration that others need and that is not among `migrations`,
/// because somebody deleted its folders. `recorded` has the app and the name of each migration in the
/// database, if there is one.
pub fn missing(migrations: &[Migration], recorded: &BTreeSet<(String, String)>) -> Option<String> {
    let is_there = |app: &str, name: &str| migrations.iter().any(|one| one.is_called(app, name));
    for migration in migrations.iter().filter(|one| one.state.is_some()) {
        let head = migration.head();
        let own = head
            .follows
            .iter()
            .map(|name| (migration.app, name.as_str()));
        let others = head
            .dependencies
            .iter()
            .filter_map(|label| label.split_once('.'));
        if let Some((app, name)) = own.chain(others).find(|(app, name)| !is_there(app, name)) {
            return Some(sentence(&format!("{app}.{name}"), migration));
        }
        if head.follows.is_empty()
            && let Some(number) = gap_before(migration, migrations)
        {
            let starts = format!("{number:04}_");
            let in_database = recorded
                .iter()
                .find(|(app, name)| app == migration.app && name.starts_with(&starts));
            let label = in_database.map_or_else(
                || format!("{}.{starts}…", migration.app),
                |(app, name)| format!("{app}.{name}"),
            );
            return Some(sentence(&label, migration));
        }
    }
    None
}

fn sentence(label: &str, needed_by: &Migration) -> String {
    format!(
        "the migration {label} is missing, and {} comes after it. Restore its folders and its state from version control",
        needed_by.label()
    )
}

/// Returns the number before that of `migration`, if no migration of the app has it and an earlier one
/// exists.
fn gap_before(migration: &Migration, migrations: &[Migration]) -> Option<u32> {
    let number = |name: &str| -> Option<u32> {
        let digits: String = name.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok()
    };
    let before = number(migration.name)?.checked_sub(1)?;
    let own = migrations.iter().filter(|one| one.app == migration.app);
    let numbers: BTreeSet<u32> = own
        .flat_map(|one| one.stands_for.iter().chain([&one.name]))
        .filter_map(|name| number(name))
        .collect();
    let has_earlier = numbers.range(..before).next().is_some();
    (has_earlier && !numbers.contains(&before)).then_some(before)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::missing;
    use crate::db::migrations::{Migration, Script};

    fn migration(name: &'static str, state: &'static str) -> Migration {
        const NOTHING: Script = Script { up: "", down: "" };
        Migration {
            app: "blog",
            name,
            folder: "migrations",
            stands_for: Vec::leak(vec![name]),
            sqlite: NOTHING,
            postgres: NOTHING,
            state: Some(state),
            code: None,
        }
    }

    #[test]
    fn a_migration_that_others_need_is_named() {
        let first = migration("0001_initial", r#"{"tables": []}"#);
        let third = migration("0003_more", r#"{"follows": ["0002_slug"], "tables": []}"#);
        let nothing = BTreeSet::new();
        assert_eq!(
            missing(&[first, third], &nothing).unwrap(),
            "the migration blog.0002_slug is missing, and blog.0003_more comes after it. Restore its folders and its state \
             from version control"
        );
        let other = migration(
            "0002_other",
            r#"{"dependencies": ["shop.0001_initial"], "tables": []}"#,
        );
        assert!(
            missing(&[first, other], &nothing)
                .unwrap()
                .contains("shop.0001_initial is missing")
        );

        let mut squashed = migration("0002_squashed", r#"{"tables": []}"#);
        squashed.stands_for = &["0001_initial", "0002_slug"];
        assert_eq!(missing(&[squashed, third], &nothing), None);
    }

    #[test]
    fn a_gap_between_numbers_is_named_if_states_do_not_name_their_predecessor() {
        let first = migration("0001_initial", r#"{"tables": []}"#);
        let third = migration("0003_more", r#"{"tables": []}"#);
        assert!(
            missing(&[first, third], &BTreeSet::new())
                .unwrap()
                .contains("blog.0002_… is missing")
        );
        let recorded = BTreeSet::from([("blog".to_owned(), "0002_slug".to_owned())]);
        assert!(
            missing(&[first, third], &recorded)
                .unwrap()
                .contains("blog.0002_slug is missing")
        );
        assert_eq!(
            missing(&[third], &recorded),
            None,
            "an app may begin at 0003"
        );
    }
}
