//! `docs/fields.md` lists what Django has.

use std::collections::{BTreeMap, BTreeSet};

use super::project::Django;
use crate::support::{Database, Kind};

/// The names in a table of the document, by heading.
type Names = BTreeMap<String, BTreeSet<String>>;

fn documented() -> Names {
    let mut names = Names::new();
    let mut heading = String::new();
    for line in include_str!("../../../docs/fields.md").lines() {
        if let Some(title) = line.strip_prefix("## ") {
            title.clone_into(&mut heading);
        }
        let Some((name, rest)) = line
            .strip_prefix("| `")
            .and_then(|row| row.split_once("` | "))
        else {
            continue;
        };
        let (verdict, form) = rest.split_once(" | ").unwrap();
        assert!(
            ["yes", "no"].contains(&verdict),
            "{name}: yes or no, not {verdict}"
        );
        assert!(form.len() > 4, "{name}: a form or a reason");
        let is_new = names
            .entry(heading.clone())
            .or_default()
            .insert(name.to_owned());
        assert!(is_new, "{heading}: {name} is listed twice");
    }
    names
}

fn the_document_lists_every_field_class_and_option_of_django(kind: Kind, django: &Django) {
    let script = include_str!("field_list.py");
    let answer = django.shell(&Database::empty(kind), script);
    let theirs: Names = serde_json::from_str(&answer).unwrap();
    let ours = documented();

    assert_eq!(
        ours.keys().collect::<Vec<_>>(),
        theirs.keys().collect::<Vec<_>>()
    );
    for (heading, names) in &theirs {
        let missing: Vec<_> = names.difference(&ours[heading]).collect();
        assert!(
            missing.is_empty(),
            "{heading}: {missing:?} of Django are not in docs/fields.md"
        );
        // Django 6.1 has no longer all of what Django 5.2 had.
        let has_more = django.version != nuages::settings::DjangoVersion::V5_2;
        let unknown: Vec<_> = ours[heading].difference(names).collect();
        assert!(
            has_more || unknown.is_empty(),
            "{heading}: Django has no {unknown:?}"
        );
    }
}

with_django!(the_document_lists_every_field_class_and_option_of_django);
