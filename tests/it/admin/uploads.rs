//! Files in forms.

use std::path::PathBuf;

use crate::admin::shop;
use crate::support::{ALICE, BOB, Client, Database, Kind, Reply, TestSite, picture, product};

/// Photos with a place, a device, a comment and an orientation; see `photos/make.py`.
const PHOTOS: [(&str, &[u8]); 5] = [
    ("photo.jpg", include_bytes!("../photos/photo.jpg")),
    ("photo.png", include_bytes!("../photos/photo.png")),
    ("photo.webp", include_bytes!("../photos/photo.webp")),
    ("photo.avif", include_bytes!("../photos/photo.avif")),
    ("photo.gif", include_bytes!("../photos/photo.gif")),
];

const CHANGE: &str = "/admin/catalog/product/1/change/";
const ADD: &str = "/admin/catalog/product/add/";

fn media(site: &TestSite) -> Vec<String> {
    let folder: PathBuf = site.database.dir.path().join("media/products");
    let files = std::fs::read_dir(folder).into_iter().flatten();
    files
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect()
}

fn send(client: &Client, name: &str, content: &[u8], fields: &[(&str, &str)]) -> Reply {
    let form = client
        .form(CHANGE, "name")
        .attach("image", name, "image/png", content);
    client.submit(
        &fields
            .iter()
            .fold(form, |form, (name, value)| form.set(name, value)),
        "_save",
    )
}

fn image(site: &TestSite) -> String {
    use crate::shop::schema::catalog_product::dsl::{catalog_product, image};
    use diesel::prelude::*;
    catalog_product
        .find(1)
        .select(image)
        .first(&mut site.connect())
        .unwrap()
}

fn a_form_with_an_error_stores_no_file(kind: Kind) {
    let site = shop(kind);
    product("Whistler").save(&mut site.connect());
    let alice = ALICE.browser(&site);
    let heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic";
    for (name, content, error) in [
        (
            "a.png",
            &b"no image"[..],
            "either not an image or a corrupted image",
        ),
        (
            "a.heic",
            heic,
            "This is a HEIC photo. Browsers cannot show it. On an iPhone choose Settings",
        ),
        ("a.jpg", heic, "or export it as JPEG."),
        (
            "a.tif",
            b"II*\0\x08\0\0\0",
            "This is a TIFF picture. Browsers cannot show it.",
        ),
        ("a.png", b"%PDF-1.4", "This is a PDF document."),
        ("a.png", &picture(60_000, 60_000), "too many pixels"),
        (
            "a.svg",
            b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            "valid image",
        ),
        ("a.png", b"", "The submitted file is empty."),
        ("a.html", &picture(8, 6), "is not allowed"),
    ] {
        let reply = send(&alice, name, content, &[]);
        assert_eq!(reply.status, 200);
        assert!(
            reply.errors("image").contains(error),
            "{error}: {}",
            reply.errors("image")
        );
    }
    assert_eq!(
        send(&alice, "a.png", &picture(8, 6), &[("price", "bad")]).status,
        200
    );
    assert_eq!(
        send(&alice, "a.png", &picture(8, 6), &[("slug", "no slug")]).status,
        200
    );
    assert_eq!((image(&site), media(&site)), (String::new(), Vec::new()));
}

fn a_file_is_replaced_and_cleared_and_the_old_one_stays(kind: Kind) {
    let site = shop(kind);
    product("Whistler").save(&mut site.connect());
    let alice = ALICE.browser(&site);
    assert_eq!(send(&alice, "../one.png", &picture(8, 6), &[]).status, 302);
    assert_eq!(image(&site), "products/one.png");
    let both = send(&alice, "one.png", &picture(9, 6), &[("image-clear", "on")]);
    assert!(
        both.errors("image")
            .contains("either submit a file or check the clear checkbox"),
        "{}",
        both.words()
    );
    assert_eq!(send(&alice, "one.png", &picture(9, 6), &[]).status, 302);
    let second = image(&site);
    assert!(
        second.starts_with("products/one_") && second.len() == "products/one_1234567.png".len(),
        "{second}"
    );
    assert_eq!(alice.get(&format!("/media/{second}")).bytes, picture(9, 6));
    let form = alice.form(CHANGE, "name");
    assert_eq!(
        alice
            .submit(&form.clone().set("stock", "9"), "_save")
            .status,
        302
    );
    assert_eq!(image(&site), second);
    assert_eq!(
        alice.submit(&form.set("image-clear", "on"), "_save").status,
        302
    );
    assert_eq!(image(&site), "");
    assert!(!alice.form(CHANGE, "name").has("image-clear"));
    assert_eq!(media(&site).len(), 2, "as in Django");
    assert!(
        alice
            .get("/admin/catalog/product/1/history/")
            .words()
            .contains("Changed Image.")
    );
}

fn an_upload_does_not_follow_links_out_of_the_media_folder(kind: Kind) {
    use std::os::unix::fs::symlink;

    let site = shop(kind);
    product("Whistler").save(&mut site.connect());
    let alice = ALICE.browser(&site);
    let dir = site.database.dir.path();
    let (media, outside) = (dir.join("media"), dir.join("outside"));
    std::fs::create_dir_all(&outside).unwrap();
    std::fs::create_dir_all(&media).unwrap();
    symlink("../outside", media.join("products")).unwrap();
    let reply = send(&alice, "one.png", &picture(8, 6), &[]);
    assert_ne!(
        reply.status, 302,
        "the folder of the upload leads out of MEDIA_ROOT"
    );
    assert_eq!(
        std::fs::read_dir(&outside).unwrap().count(),
        0,
        "nothing may be written outside MEDIA_ROOT"
    );
    assert_eq!(
        image(&site),
        "",
        "no row may name a file that was not stored"
    );

    std::fs::remove_file(media.join("products")).unwrap();
    std::fs::create_dir_all(media.join("products")).unwrap();
    std::fs::write(outside.join("theirs.png"), "theirs").unwrap();
    symlink(
        "../../outside/theirs.png",
        media.join("products/theirs.png"),
    )
    .unwrap();
    symlink("../../outside/new.png", media.join("products/new.png")).unwrap();
    for name in ["theirs.png", "new.png"] {
        assert_eq!(
            send(&alice, name, &picture(8, 6), &[]).status,
            302,
            "{name} is stored under another name"
        );
        assert_ne!(
            image(&site),
            format!("products/{name}"),
            "a link has that name"
        );
    }
    let theirs = std::fs::read_to_string(outside.join("theirs.png")).unwrap();
    assert_eq!(
        (theirs.as_str(), outside.join("new.png").exists()),
        ("theirs", false),
        "nothing outside changes"
    );
}

fn a_photo_is_published_upright_and_without_its_metadata(kind: Kind) {
    let site = shop(kind);
    product("Whistler").save(&mut site.connect());
    let alice = ALICE.browser(&site);
    for (name, sent) in PHOTOS {
        assert_eq!(
            send(&alice, name, sent, &[]).status,
            302,
            "{name} should be taken"
        );
        let stored = alice.get(&format!("/media/{}", image(&site))).bytes;
        for secret in [&b"SECRET"[..], b"GPS"] {
            assert!(
                !stored.windows(secret.len()).any(|part| part == secret),
                "{name} should hold no metadata"
            );
        }
    }
    send(&alice, "upright.jpg", PHOTOS[0].1, &[]);
    let stored = alice.get(&format!("/media/{}", image(&site))).bytes;
    let picture = image::load_from_memory(&stored).unwrap();
    assert_eq!(
        (picture.width(), picture.height()),
        (16, 32),
        "the pixels of a JPEG are turned"
    );
}

fn a_photo_keeps_its_metadata_if_the_setting_says_so(kind: Kind) {
    let database = Database::migrated(kind);
    ALICE.save(&mut database.connect());
    product("Whistler").save(&mut database.connect());
    let site = TestSite::with(database, &[("KEEP_IMAGE_METADATA", "1")], crate::shop::urls);
    let alice = ALICE.browser(&site);
    for (name, sent) in PHOTOS {
        assert_eq!(
            send(&alice, name, sent, &[]).status,
            302,
            "{name} should be taken"
        );
        assert_eq!(
            alice.get(&format!("/media/{}", image(&site))).bytes,
            sent,
            "{name} stays as it was sent"
        );
    }
}

fn data_that_phones_append_to_a_photo_is_cut_off(kind: Kind) {
    let site = shop(kind);
    product("Whistler").save(&mut site.connect());
    let alice = ALICE.browser(&site);
    let samsung = b"\0\0\x01\x0a\x0e\0\0\0Image_UTC_Data1700000000000SEFH\x6b\0\0\0\x01\0\0\0SEFT";
    for more in [
        &samsung[..],
        b"\0\0\0\x18ftypmp42\0\0\0\0isommp42",
        b"<script>alert(1)</script>",
    ] {
        let sent = [&picture(8, 6)[..], more].concat();
        assert_eq!(
            send(&alice, "phone.png", &sent, &[]).status,
            302,
            "what follows the picture is no reason to refuse it"
        );
        assert_eq!(
            alice.get(&format!("/media/{}", image(&site))).bytes,
            picture(8, 6),
            "the picture alone is stored"
        );
    }
}

fn a_picture_whose_name_has_no_usable_character_gets_one(kind: Kind) {
    let site = shop(kind);
    product("Whistler").save(&mut site.connect());
    let alice = ALICE.browser(&site);
    assert_eq!(send(&alice, "🎉.png", &picture(8, 6), &[]).status, 302);
    assert_eq!(image(&site), "products/picture.png");
    assert_eq!(send(&alice, "🎉", &picture(8, 6), &[]).status, 302);
    assert!(
        image(&site).starts_with("products/picture_"),
        "the name is taken: {}",
        image(&site)
    );
}

fn a_picture_field_names_its_formats_before_a_file_is_chosen(kind: Kind) {
    let site = shop(kind);
    product("Whistler").save(&mut site.connect());
    let page = ALICE.browser(&site).get(CHANGE);
    assert!(
        page.shows(&[
            "accept=\"image/jpeg,image/png,image/gif,image/webp,image/avif,image/bmp\"",
            "aria-describedby=\"id_image_hint\"",
            "Pictures (JPEG, PNG, GIF, WebP or AVIF).",
        ]),
        "{}",
        page.text()
    );
}

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
    a_form_with_an_error_stores_no_file,
    a_file_is_replaced_and_cleared_and_the_old_one_stays,
    an_upload_does_not_follow_links_out_of_the_media_folder,
    a_photo_is_published_upright_and_without_its_metadata,
    a_photo_keeps_its_metadata_if_the_setting_says_so,
    data_that_phones_append_to_a_photo_is_cut_off,
    a_picture_whose_name_has_no_usable_character_gets_one,
    a_picture_field_names_its_formats_before_a_file_is_chosen,
    a_chosen_picture_is_kept_while_another_field_has_an_error,
    a_picture_chosen_before_the_session_ended_need_not_be_chosen_again,
    a_kept_picture_is_replaced_or_removed,
    a_form_with_a_kept_picture_that_is_sent_twice_answers_twice_alike,
    a_refused_picture_is_not_kept
);
