//! Answers on the command line of `makemigrations`: a deletion needs one, and each must fit the models.

use nuages::makemigrations::{NewMigration, ProjectState, Questioner};
use nuages::models::{AppConfig, Model as _};

use super::cases::nobody;
use super::{V1, V2, answers, migrations, v1};

/// The models of `v1`, of which the app no longer lists `Tag`.
static WITHOUT_TAG: [AppConfig; 1] = [AppConfig {
    label: "shelf",
    verbose_name: "Shelf",
    models: &[v1::Author::meta, v1::Notice::meta, v1::Book::meta],
    migrations: &[],
}];

/// Returns the state after the first migration.
fn after_v1() -> ProjectState {
    let [first, _] = migrations();
    ProjectState::read(&V1).unwrap().after(&[first])
}

fn texts(answers: &[&str]) -> Vec<String> {
    answers.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn a_model_that_the_app_does_not_list_is_dropped_only_if_somebody_says_so() {
    let state = after_v1();
    let error = state
        .detect(&WITHOUT_TAG, &[], &nobody())
        .unwrap_err()
        .to_string();
    for expected in [
        "the app shelf does not list the model Tag any more, so that its table shelf_tag would be dropped",
        "These fields refer to it: shelf.Book.tags.",
        "--delete shelf.Tag",
    ] {
        assert!(
            error.contains(expected),
            "expected {expected:?} in: {error}"
        );
    }

    let agreed = Questioner {
        deletes: texts(&["shelf.tag"]),
        ..nobody()
    };
    let made = state.detect(&WITHOUT_TAG, &[], &agreed).unwrap();
    let described: Vec<String> = made.iter().flat_map(NewMigration::descriptions).collect();
    assert!(
        described
            .iter()
            .any(|line| line.contains("Delete model Tag")),
        "{described:?}"
    );
    agreed.refuse_unused().unwrap();
}

#[test]
fn an_answer_that_names_no_model_or_field_is_an_error() {
    let state = after_v1();
    let with = |change: fn(&mut Questioner, Vec<String>), answer: &str| {
        let mut questioner = nobody();
        change(&mut questioner, texts(&[answer]));
        questioner
    };
    let default: fn(&mut Questioner, Vec<String>) = |it, answer| it.defaults = answer;
    let rename: fn(&mut Questioner, Vec<String>) = |it, answer| it.renames = answer;
    let not_renamed: fn(&mut Questioner, Vec<String>) = |it, answer| it.not_renamed = answer;
    let delete: fn(&mut Questioner, Vec<String>) = |it, answer| it.deletes = answer;
    for (option, answer, expected) in [
        (
            default,
            "shelf.book.country",
            "write APP.MODEL.FIELD=VALUE.",
        ),
        (default, "shlf.book.title=x", "there is no app shlf"),
        (
            default,
            "shelf.bok.title=x",
            "the app shelf has no model bok. Its models are Label, Author",
        ),
        (
            default,
            "shelf.author.nme=x",
            "Author has no field nme. Its fields are id,",
        ),
        (
            rename,
            "shelf.author.nme=full_name",
            "Author has no field nme.",
        ),
        (
            rename,
            "shelf.author.name=fullname",
            "Author has no field fullname.",
        ),
        (
            rename,
            "shelf.Tga=Label",
            "the app shelf has no model Tga. Its models are Tag, Author",
        ),
        (
            not_renamed,
            "shelf.author.land",
            "Author has no field land.",
        ),
        (delete, "shelf.Notes", "the app shelf has no model Notes."),
        (delete, "Notice", "write APP.MODEL."),
    ] {
        let questioner = with(option, answer);
        let error = state
            .check_answers(&V2, &questioner)
            .expect_err(answer)
            .to_string();
        assert!(
            error.contains(expected) && error.contains("nothing was written"),
            "{answer}: expected {expected:?} in: {error}"
        );
    }
    state.check_answers(&V2, &answers()).unwrap();
}

#[test]
fn an_answer_that_no_question_needs_is_an_error() {
    let first = answers();
    after_v1().detect(&V2, &[], &first).unwrap();
    let needed = || {
        let mut needed = answers();
        needed
            .not_renamed
            .retain(|answer| first.used.borrow().contains(answer));
        needed
    };
    for (option, questioner) in [
        (
            "--delete shelf.Author",
            Questioner {
                deletes: texts(&["shelf.Notice", "shelf.Author"]),
                ..needed()
            },
        ),
        (
            "--not-renamed shelf.book.title",
            Questioner {
                not_renamed: [needed().not_renamed, texts(&["shelf.book.title"])].concat(),
                ..needed()
            },
        ),
        (
            "--default shelf.book.title=x",
            Questioner {
                defaults: texts(&["shelf.book.title=x"]),
                ..needed()
            },
        ),
    ] {
        after_v1().detect(&V2, &[], &questioner).unwrap();
        let error = questioner.refuse_unused().unwrap_err().to_string();
        assert!(
            error.contains(&format!("{option} answers no question")),
            "expected {option:?} in: {error}"
        );
    }
}
