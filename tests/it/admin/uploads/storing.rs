//! Storing uploaded files.

use super::{CHANGE, PHOTOS, image, media, send};
use crate::admin::shop;
use crate::support::{ALICE, Database, Kind, TestSite, picture, product};

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

on_both!(
    a_form_with_an_error_stores_no_file,
    a_file_is_replaced_and_cleared_and_the_old_one_stays,
    an_upload_does_not_follow_links_out_of_the_media_folder,
    a_photo_is_published_upright_and_without_its_metadata,
    a_photo_keeps_its_metadata_if_the_setting_says_so,
    data_that_phones_append_to_a_photo_is_cut_off,
    a_picture_whose_name_has_no_usable_character_gets_one,
    a_picture_field_names_its_formats_before_a_file_is_chosen,
);
