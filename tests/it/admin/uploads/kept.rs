//! Files that are kept while their form is shown again.

use super::{ADD, CHANGE, image, media, send};
use crate::admin::shop;
use crate::support::{ALICE, BOB, Kind, picture, product};

fn a_chosen_picture_is_kept_while_another_field_has_an_error(kind: Kind) {
    let site = shop(kind);
    product("Whistler").save(&mut site.connect());
    let (alice, bob) = (ALICE.browser(&site), BOB.browser(&site));
    let reply = send(&alice, "one.png", &picture(8, 6), &[("price", "bad")]);
    assert!(
        reply.shows(&["Chosen, not saved yet: ", "one.png"]),
        "{}",
        reply.words()
    );
    assert_eq!(
        media(&site),
        Vec::<String>::new(),
        "the file is not where files are served from"
    );
    let form = reply.form(CHANGE, "name");
    let shown = format!("/uploads/{}/", form.value("image-kept"));
    let thumbnail = alice.get(&shown);
    assert_eq!(
        (thumbnail.status, thumbnail.bytes.clone()),
        (200, picture(8, 6)),
        "the picture is shown beside its name"
    );
    assert!(
        thumbnail
            .header("content-security-policy")
            .contains("sandbox"),
        "the picture may run nothing"
    );
    assert!(
        thumbnail.header("cache-control").contains("private"),
        "no cache may keep the picture"
    );
    assert_eq!(
        bob.get(&shown).status,
        404,
        "nobody else gets to see the picture"
    );
    assert_eq!(
        site.client().get(&shown).status,
        404,
        "nobody else gets to see the picture"
    );

    let reply = alice.submit(&form.set("price", "worse"), "_save");
    let form = reply.form(CHANGE, "name").set("price", "5.00");
    assert_eq!(
        alice.submit(&form, "_save").status,
        302,
        "the file need not be chosen again"
    );
    assert_eq!(image(&site), "products/one.png");
    assert_eq!(alice.get("/media/products/one.png").bytes, picture(8, 6));
    assert_eq!(
        alice.get(&shown).status,
        404,
        "the kept copy is gone once the form is saved"
    );
}

fn a_picture_chosen_before_the_session_ended_need_not_be_chosen_again(kind: Kind) {
    let site = shop(kind);
    product("Whistler").save(&mut site.connect());
    let alice = ALICE.browser(&site);
    let form = alice.form(CHANGE, "name").set("price", "5.00").attach(
        "image",
        "one.png",
        "image/png",
        &picture(8, 6),
    );
    site.end_sessions();

    let page = alice.follow(&alice.submit_and_log_in(&form, "_save", &ALICE));

    assert!(
        page.shows(&["Chosen, not saved yet: ", "one.png"]),
        "{}",
        page.words()
    );
    let form = page.form(CHANGE, "name");
    let thumbnail = alice.get(&format!("/uploads/{}/", form.value("image-kept")));
    assert_eq!(
        (thumbnail.status, thumbnail.bytes),
        (200, picture(8, 6)),
        "the picture is Alice's after the login"
    );
    assert_eq!(
        media(&site),
        Vec::<String>::new(),
        "nothing was stored by itself"
    );
    assert_eq!(alice.submit(&form, "_save").status, 302);
    assert_eq!(image(&site), "products/one.png");
}

fn a_kept_picture_is_replaced_or_removed(kind: Kind) {
    let site = shop(kind);
    product("Whistler").save(&mut site.connect());
    let alice = ALICE.browser(&site);
    let refused = |fields: &[(&str, &str)]| {
        let reply = send(
            &alice,
            "one.png",
            &picture(8, 6),
            &[&[("price", "bad")], fields].concat(),
        );
        reply.form(CHANGE, "name").set("price", "5.00")
    };
    let removed = refused(&[]).set("image-kept-remove", "on");
    assert_eq!(alice.submit(&removed, "_save").status, 302);
    assert_eq!(image(&site), "", "the kept file was removed");
    let replaced = refused(&[]).attach("image", "two.png", "image/png", &picture(9, 6));
    assert_eq!(alice.submit(&replaced, "_save").status, 302);
    assert_eq!(
        image(&site),
        "products/two.png",
        "a new file takes the place of the kept one"
    );
    let forged = refused(&[]);
    let reference = forged.value("image-kept");
    let forged = forged.set(
        "image-kept",
        &format!("{}x", &reference[..reference.len() - 1]),
    );
    let reply = alice.submit(&forged, "_save");
    assert!(
        reply.shows(&["The file that you chose is not kept any more."]),
        "a lost file must not be dropped silently: {} {}",
        reply.status,
        reply.words()
    );
    let without = reply.form(CHANGE, "name");
    assert_eq!(alice.submit(&without, "_save").status, 302);
    assert_eq!(
        image(&site),
        "products/two.png",
        "the form can be saved without the lost file"
    );
}

fn a_form_with_a_kept_picture_that_is_sent_twice_answers_twice_alike(kind: Kind) {
    let site = shop(kind);
    product("Whistler").save(&mut site.connect());
    let alice = ALICE.browser(&site);
    let png = picture(8, 6);
    let change = send(&alice, "one.png", &png, &[("price", "bad")])
        .form(CHANGE, "name")
        .set("price", "5.00");
    for time in ["first", "second"] {
        let reply = alice.submit(&change, "_save");
        assert_eq!(reply.status, 302, "the {time} change: {}", reply.words());
    }

    // The test numbered the row itself, so PostgreSQL would give its key to the next row.
    let delete = alice.form("/admin/catalog/product/1/delete/", "post");
    assert_eq!(alice.submit(&delete, "").status, 302);
    let blank = alice.form(ADD, "name");
    let wrong = blank
        .set("name", "Twice")
        .set("slug", "twice")
        .set("sku", "TW-1")
        .set("stock", "1")
        .set("price", "bad")
        .attach("image", "two.png", "image/png", &png);
    let add = alice.submit(&wrong, "_save").form(ADD, "name");
    let add = add.set("price", "5.00").set("category", "1");
    for time in ["first", "second"] {
        let reply = alice.submit(&add, "_save");
        assert_eq!(reply.status, 302, "the {time} addition: {}", reply.words());
    }
    let mut stored = media(&site);
    stored.sort();
    assert_eq!(stored, ["one.png", "two.png"]);
}

fn a_refused_picture_is_not_kept(kind: Kind) {
    let site = shop(kind);
    product("Whistler").save(&mut site.connect());
    let reply = send(
        &ALICE.browser(&site),
        "one.png",
        b"no picture",
        &[("price", "bad")],
    );
    assert!(
        !reply.form(CHANGE, "name").has("image-kept"),
        "{}",
        reply.words()
    );
}

on_both!(
    a_chosen_picture_is_kept_while_another_field_has_an_error,
    a_picture_chosen_before_the_session_ended_need_not_be_chosen_again,
    a_kept_picture_is_replaced_or_removed,
    a_form_with_a_kept_picture_that_is_sent_twice_answers_twice_alike,
    a_refused_picture_is_not_kept,
);
