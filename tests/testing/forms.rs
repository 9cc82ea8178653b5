//! Forms are submitted as a browser would.

use std::panic::{AssertUnwindSafe, catch_unwind};

use nuages_test::{PageForm, TestSite};
use serde_json::{Value, json};

use crate::echo::ECHO;

fn sent(response: &nuages_test::Response) -> Value {
    response.assert_status(200).json()
}

#[test]
fn an_unchanged_form_sends_what_a_browser_would() {
    let site = TestSite::new(&ECHO);
    let page = site.client().get("/form/");
    let response = page.form("#everything").submit();
    assert_eq!(
        sent(&response),
        json!([
            [
                ["title", "Old & gold"],
                ["text", "one\r\ntwo"],
                ["public", "yes"],
                ["size", "l"],
                ["priority", "1"],
                ["tags", "red"],
                ["line", "a"],
                ["line", "b"],
                ["outside", "2"],
                ["_save", "1"]
            ],
            null
        ])
    );
}

#[test]
fn changed_fields_and_files_are_sent() {
    let site = TestSite::new(&ECHO);
    let page = site.client().get("/form/");
    let form = page
        .form("[name=title]")
        .set("title", "a\"ü&")
        .set("text", "x\ny")
        .tick("urgent")
        .untick("public")
        .set("size", "Small")
        .set("priority", "High")
        .choose("tags", &["green", "blue"])
        .choose("line", &["c", "d"])
        .upload("file", "notes.txt", "Hello");
    assert_eq!(form.values("tags"), ["green", "blue"]);
    assert_eq!(form.options("priority"), ["1", "2"]);

    let response = form.press("Save and more");
    assert_eq!(response.path(), "/form/?more=1");
    assert_eq!(
        sent(&response),
        json!([
            [
                ["title", "a\"ü&"],
                ["text", "x\r\ny"],
                ["urgent", "on"],
                ["size", "s"],
                ["priority", "2"],
                ["tags", "green"],
                ["tags", "blue"],
                ["line", "c"],
                ["line", "d"],
                ["outside", "2"],
                ["_more", ""]
            ],
            ["notes.txt", "Hello"]
        ])
    );
}

#[test]
fn a_form_that_searches_replaces_the_query_of_its_action() {
    let site = TestSite::new(&ECHO);
    let page = site.client().get("/form/");
    let found = page.form("#search").set("q", "a b").submit();
    assert_eq!(
        (found.path(), found.source()),
        ("/search/?q=a+b", "q=a b".to_owned())
    );
    page.click("There").assert_contains("q=there");
}

/// Returns the message of a test that fails.
fn failure(work: impl FnOnce()) -> String {
    let failed = catch_unwind(AssertUnwindSafe(work)).unwrap_err();
    failed
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| failed.downcast_ref::<&str>().map(|text| (*text).to_owned()))
        .unwrap()
}

#[test]
fn fields_and_choices_that_the_page_does_not_have_are_refused() {
    let site = TestSite::new(&ECHO);
    let page = site.client().get("/form/");
    let form = || page.form("#everything");
    let refused: [(&str, &str, &dyn Fn() -> PageForm); 9] = [
        ("a missing field", "no field \"colour\": it has", &|| {
            form().set("colour", "red")
        }),
        ("a disabled field", "no field \"locked\"", &|| {
            form().set("locked", "1")
        }),
        (
            "a field in a disabled fieldset",
            "no field \"inner\"",
            &|| form().set("inner", "1"),
        ),
        ("a field of a template", "no field \"empty-row\"", &|| {
            form().set("empty-row", "1")
        }),
        (
            "a missing option",
            "no option \"9\": [\"1\", \"2\"]",
            &|| form().set("priority", "9"),
        ),
        ("two options of one list", "takes one value", &|| {
            form().choose("priority", &["1", "2"])
        }),
        ("a text in a file field", "use upload", &|| {
            form().set("file", "x")
        }),
        ("a file in a text field", "not a field for files", &|| {
            form().upload("title", "x", "")
        }),
        ("a missing form", "its forms: #search, #everything", &|| {
            page.form("#nothing")
        }),
    ];
    for (what, expected, work) in refused {
        let message = failure(|| drop(work()));
        let message = message.to_lowercase();
        assert!(message.contains(expected), "{what}: {message}");
    }
    let message = failure(|| drop(form().press("Delete")));
    assert!(
        message.contains("no button \"Delete\": [\"Save\", \"Save and more\"]"),
        "{message}"
    );
}

#[test]
fn a_failed_assertion_shows_request_cause_and_page() {
    let site = TestSite::new(&ECHO);
    let client = site.client();
    let message = failure(|| {
        client.get("/broken/").assert_status(200);
    });
    for expected in [
        "expected the status 200: GET /broken/ gave 500 Internal Server Error",
        "the site logged:",
        "the lamp fell over",
        "page: ",
    ] {
        assert!(
            message.contains(expected),
            "{expected:?} is missing: {message}"
        );
    }

    let moved = client.get("/moved/");
    moved.assert_redirects("/search/?q=moved");
    moved.follow().assert_contains("q=moved");
    let message = failure(|| {
        moved.assert_redirects("/elsewhere/");
    });
    assert!(
        message.contains("a redirect to /search/?q=moved"),
        "{message}"
    );
    client
        .following()
        .get("/moved/")
        .assert_status(200)
        .assert_contains("q=moved");
}
