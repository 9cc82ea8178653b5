//! Saving the rows of an inline.

use super::{ORDER, order, quantities};
use crate::admin::shop;
use crate::support::{ALICE, BOB, Kind};

fn rows_are_changed_added_and_deleted_in_one_save(kind: Kind) {
    let site = shop(kind);
    order(&site, 3);
    let alice = ALICE.browser(&site);
    let form = alice.form(ORDER, "number");
    assert_eq!(
        (
            form.value("items-TOTAL_FORMS"),
            form.value("items-INITIAL_FORMS")
        ),
        ("4".into(), "3".into())
    );
    let form = form
        .set("items-0-DELETE", "on")
        .set("items-1-quantity", "20");
    let form = form
        .set("items-3-product", "2")
        .set("items-3-quantity", "7")
        .set("items-3-unit_price", "1.5");
    assert_eq!(alice.submit(&form, "_continue").status, 302);
    assert_eq!(quantities(&site), [20, 3, 7]);
    let history = alice.get("/admin/orders/order/1/history/").words();
    for done in [
        "Added order item “7 × Žluť”",
        "Changed Quantity for order item “20 × Lamp”",
        "Deleted order item “1 × Lamp”",
    ] {
        assert!(history.contains(done), "{done}: {history}");
    }
}

fn one_wrong_row_prevents_the_whole_save(kind: Kind) {
    let site = shop(kind);
    order(&site, 3);
    let alice = ALICE.browser(&site);
    let form = alice
        .form(ORDER, "number")
        .set("note", "changed")
        .set("items-1-quantity", "0")
        .set("items-0-DELETE", "on");
    let reply = alice.submit(&form, "_save");
    assert_eq!(reply.status, 200);
    assert_eq!(
        reply.errors("items-1-quantity"),
        "Ensure this value is greater than or equal to 1."
    );
    assert_eq!(quantities(&site), [1, 2, 3]);
    assert_eq!(alice.form(ORDER, "number").value("note"), "");
}

fn existing_rows_are_not_saved_as_new_ones(kind: Kind) {
    let site = shop(kind);
    order(&site, 2);
    let alice = ALICE.browser(&site);
    for count in ["-1", "", "two"] {
        let reply = alice.submit(
            &alice
                .form(ORDER, "number")
                .set("items-INITIAL_FORMS", count),
            "_save",
        );
        assert!(
            reply.status == 200 && reply.words().contains("ManagementForm"),
            "{count}: {}",
            reply.words()
        );
    }
    let odd = alice.submit(
        &alice
            .form(ORDER, "number")
            .set("items-MIN_NUM_FORMS", "two"),
        "_save",
    );
    assert!(
        odd.words().contains("Missing fields: items-MIN_NUM_FORMS."),
        "{}",
        odd.words()
    );
    assert_eq!(quantities(&site), [1, 2]);
    // New rows are not treated as existing rows, or as rows of another order.
    for (name, value) in [("items-INITIAL_FORMS", "1"), ("items-0-order", "1")] {
        let form = alice
            .form("/admin/orders/order/add/", "number")
            .set("number", "R2")
            .set("email", "a@example.com");
        let form = form
            .set("items-0-product", "1")
            .set("items-0-quantity", "9")
            .set("items-0-unit_price", "1");
        let reply = alice.submit(&form.set(name, value), "_save");
        assert_eq!(
            (reply.status, quantities(&site)),
            (200, vec![1, 2]),
            "{name}: {}",
            reply.words()
        );
    }
}

fn a_new_row_cannot_choose_its_key(kind: Kind) {
    let site = shop(kind);
    order(&site, 1);
    let alice = ALICE.browser(&site);
    for path in [ORDER, "/admin/orders/order/add/"] {
        let form = alice
            .form(path, "number")
            .set("number", "R2")
            .set("email", "a@example.com");
        let at = form.value("items-INITIAL_FORMS");
        let named = |name: &str| format!("items-{at}-{name}");
        let form = form
            .set(&named("product"), "2")
            .set(&named("quantity"), "7")
            .set(&named("unit_price"), "1");
        for key in ["x", "99"] {
            let reply = alice.submit(&form.clone().set(&named("id"), key), "_save");
            assert_eq!(
                (reply.status, quantities(&site)),
                (200, vec![1]),
                "{path} {key}: {}",
                reply.words()
            );
            assert!(
                reply.words().contains("not one of the available choices"),
                "{}",
                reply.words()
            );
        }
    }
    // The primary key of an existing row is harmless.
    let form = alice
        .form(ORDER, "number")
        .set("items-1-product", "2")
        .set("items-1-quantity", "7");
    let form = form.set("items-1-unit_price", "1").set("items-1-id", "1");
    assert_eq!(
        (alice.submit(&form, "_save").status, quantities(&site)),
        (302, vec![1, 7])
    );
}

fn a_new_row_is_kept_without_the_permission_to_delete(kind: Kind) {
    let site = shop(kind);
    order(&site, 1);
    BOB.may(&site, &["change_order", "view_order", "add_orderitem"]);
    let bob = BOB.browser(&site);
    let typed = [
        ("number", "R1"),
        ("email", "a@example.com"),
        ("status", "paid"),
        ("total", "10"),
        ("created_at_0", "2025-01-01"),
        ("created_at_1", "00:00:00"),
        ("items-TOTAL_FORMS", "1"),
        ("items-INITIAL_FORMS", "0"),
        ("items-0-product", "2"),
        ("items-0-quantity", "7"),
        ("items-0-unit_price", "1"),
        ("items-0-DELETE", "on"),
        ("_save", ""),
    ];
    assert_eq!(
        (bob.post(ORDER, &typed).status, quantities(&site)),
        (302, vec![1, 7])
    );
    BOB.may(&site, &["delete_orderitem"]);
    assert_eq!(
        (bob.post(ORDER, &typed).status, quantities(&site)),
        (302, vec![1, 7])
    );
}

fn simultaneous_saves_with_one_unique_name_create_one_row(kind: Kind) {
    let site = shop(kind);
    let browsers: Vec<_> = (0..12).map(|_| ALICE.browser(&site)).collect();
    let forms: Vec<_> = browsers
        .iter()
        .map(|browser| browser.form("/admin/catalog/tag/add/", "name"))
        .collect();
    let answers: Vec<u16> = std::thread::scope(|scope| {
        let jobs: Vec<_> = browsers
            .iter()
            .zip(forms)
            .map(|(browser, form)| {
                scope.spawn(move || {
                    browser
                        .submit(&form.set("name", "racing").set("slug", "racing"), "_save")
                        .status
                })
            })
            .collect();
        jobs.into_iter().map(|job| job.join().unwrap()).collect()
    });
    assert_eq!(
        answers.iter().filter(|status| **status == 302).count(),
        1,
        "{answers:?}"
    );
    assert_eq!(
        answers.iter().filter(|status| **status == 200).count(),
        11,
        "{answers:?}"
    );
}

on_both!(
    rows_are_changed_added_and_deleted_in_one_save,
    one_wrong_row_prevents_the_whole_save,
    existing_rows_are_not_saved_as_new_ones,
    a_new_row_cannot_choose_its_key,
    a_new_row_is_kept_without_the_permission_to_delete,
    simultaneous_saves_with_one_unique_name_create_one_row,
);
