//! Rows that somebody else changed or deleted meanwhile.

use super::{ORDER, order, quantities};
use crate::admin::shop;
use crate::support::{ALICE, BOB, Kind};

fn a_row_that_another_user_changed_is_a_conflict(kind: Kind) {
    let site = shop(kind);
    order(&site, 3);
    let (alice, other) = (ALICE.browser(&site), ALICE.browser(&site));
    let (ours, theirs) = (alice.form(ORDER, "number"), other.form(ORDER, "number"));
    let theirs = theirs
        .set("items-0-quantity", "11")
        .set("items-1-unit_price", "9.00");
    assert_eq!(other.submit(&theirs, "_save").status, 302);
    // A change of another field of the same row is not a conflict.
    assert_eq!(
        alice
            .submit(&ours.clone().set("items-1-quantity", "12"), "_save")
            .status,
        302
    );
    assert_eq!(quantities(&site), [11, 12, 3]);
    let reply = alice.submit(&ours.set("items-0-quantity", "10"), "_save");
    assert_eq!(reply.status, 200);
    assert!(
        reply.words().contains("Someone else changed this order"),
        "{}",
        reply.words()
    );
    assert_eq!(quantities(&site), [11, 12, 3]);
    assert_eq!(
        alice.submit(&reply.form(ORDER, "number"), "_save").status,
        302
    );
    assert_eq!(quantities(&site), [10, 12, 3]);
}

fn a_deleted_row_does_not_prevent_a_save_without_the_change_permission(kind: Kind) {
    let site = shop(kind);
    order(&site, 2);
    BOB.may(&site, &["change_order", "view_order", "view_orderitem"]);
    let (alice, bob) = (ALICE.browser(&site), BOB.browser(&site));
    let form = bob.form(ORDER, "number").set("note", "mine");
    assert_eq!(
        alice
            .submit(
                &alice.form(ORDER, "number").set("items-1-DELETE", "on"),
                "_save"
            )
            .status,
        302
    );
    let reply = bob.submit(&form, "_save");
    assert_eq!(reply.status, 302, "{}", reply.words());
    assert_eq!(
        (quantities(&site), alice.form(ORDER, "number").value("note")),
        (vec![1], "mine".into())
    );
}

fn a_row_that_is_already_deleted_is_not_deleted_again(kind: Kind) {
    let site = shop(kind);
    order(&site, 3);
    let (alice, other) = (ALICE.browser(&site), ALICE.browser(&site));
    let stale = other.form(ORDER, "number");
    assert_eq!(
        alice
            .submit(
                &alice.form(ORDER, "number").set("items-1-DELETE", "on"),
                "_save"
            )
            .status,
        302
    );
    // The values entered for the deleted row cannot be saved.
    let reply = other.submit(&stale.clone().set("items-1-quantity", "9"), "_save");
    assert!(
        reply.status == 200
            && reply
                .words()
                .contains("This order item was deleted meanwhile"),
        "{}",
        reply.words()
    );
    let reply = other.submit(
        &stale
            .set("items-1-DELETE", "on")
            .set("items-2-quantity", "9"),
        "_save",
    );
    assert_eq!(
        (reply.status, quantities(&site)),
        (302, vec![1, 9]),
        "{}",
        reply.words()
    );
    let history = alice.get("/admin/orders/order/1/history/").words();
    assert_eq!(
        history.matches("Deleted order item").count(),
        1,
        "{history}"
    );
}

on_both!(
    a_row_that_another_user_changed_is_a_conflict,
    a_deleted_row_does_not_prevent_a_save_without_the_change_permission,
    a_row_that_is_already_deleted_is_not_deleted_again,
);
