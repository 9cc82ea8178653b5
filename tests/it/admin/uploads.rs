//! Files in forms.

use std::path::PathBuf;

use crate::admin::shop;
use crate::support::{ALICE, Client, Reply, TestSite, picture, product};

const CHANGE: &str = "/admin/catalog/product/1/change/";

fn media(site: &TestSite) -> Vec<String> {
    let folder: PathBuf = site.database.dir.path().join("media/products");
    let files = std::fs::read_dir(folder).into_iter().flatten();
    files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect()
}

fn send(client: &Client, name: &str, content: &[u8], fields: &[(&str, &str)]) -> Reply {
    let form = client.form(CHANGE, "name").attach("image", name, "image/png", content);
    client.submit(&fields.iter().fold(form, |form, (name, value)| form.set(name, value)), "_save")
}

fn image(site: &TestSite) -> String {
    use diesel::prelude::*;
    use nuages::schema::catalog_product::dsl::{catalog_product, image};
    catalog_product.find(1).select(image).first(&mut site.connect()).unwrap()
}

on_both! {
    fn nothing_is_stored_for_a_form_that_is_wrong(kind: Kind) {
        let site = shop(kind);
        product("Whistler").save(&mut site.connect());
        let alice = ALICE.browser(&site);
        let script = [&picture(8, 6)[..], b"<script>alert(1)</script>"].concat();
        for (name, content, error) in [
            ("a.png", &b"no image"[..], "either not an image or a corrupted image"),
            ("a.png", &script, "something else besides the picture"),
            ("a.png", &picture(60_000, 60_000), "too many pixels"),
            ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "valid image"),
            ("a.png", b"", "The submitted file is empty."),
            ("a.html", &picture(8, 6), "is not allowed"),
        ] {
            let reply = send(&alice, name, content, &[]);
            assert_eq!(reply.status, 200);
            assert!(reply.errors("image").contains(error), "{error}: {}", reply.errors("image"));
        }
        assert_eq!(send(&alice, "a.png", &picture(8, 6), &[("price", "bad")]).status, 200);
        assert_eq!(send(&alice, "a.png", &picture(8, 6), &[("slug", "no slug")]).status, 200);
        assert_eq!((image(&site), media(&site)), (String::new(), Vec::new()));
    }

    fn a_file_is_replaced_and_cleared_and_the_old_one_stays(kind: Kind) {
        let site = shop(kind);
        product("Whistler").save(&mut site.connect());
        let alice = ALICE.browser(&site);
        assert_eq!(send(&alice, "../one.png", &picture(8, 6), &[]).status, 302);
        assert_eq!(image(&site), "products/one.png");
        let both = send(&alice, "one.png", &picture(9, 6), &[("image-clear", "on")]);
        assert!(both.errors("image").contains("either submit a file or check the clear checkbox"), "{}", both.words());
        assert_eq!(send(&alice, "one.png", &picture(9, 6), &[]).status, 302);
        let second = image(&site);
        assert!(second.starts_with("products/one_") && second.len() == "products/one_1234567.png".len(), "{second}");
        assert_eq!(alice.get(&format!("/media/{second}")).bytes, picture(9, 6));
        let form = alice.form(CHANGE, "name");
        assert_eq!(alice.submit(&form.clone().set("stock", "9"), "_save").status, 302);
        assert_eq!(image(&site), second);
        assert_eq!(alice.submit(&form.set("image-clear", "on"), "_save").status, 302);
        assert_eq!(image(&site), "");
        assert!(!alice.form(CHANGE, "name").has("image-clear"));
        assert_eq!(media(&site).len(), 2, "as in Django");
        assert!(alice.get("/admin/catalog/product/1/history/").words().contains("Changed Image."));
    }

    fn an_upload_follows_no_link_out_of_the_media_folder(kind: Kind) {
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
        assert_ne!(reply.status, 302, "the folder of the upload leads out of MEDIA_ROOT");
        assert_eq!(std::fs::read_dir(&outside).unwrap().count(), 0, "nothing may be written outside MEDIA_ROOT");
        assert_eq!(image(&site), "", "no row may name a file that was not stored");

        std::fs::remove_file(media.join("products")).unwrap();
        std::fs::create_dir_all(media.join("products")).unwrap();
        std::fs::write(outside.join("theirs.png"), "theirs").unwrap();
        symlink("../../outside/theirs.png", media.join("products/theirs.png")).unwrap();
        symlink("../../outside/new.png", media.join("products/new.png")).unwrap();
        for name in ["theirs.png", "new.png"] {
            assert_eq!(send(&alice, name, &picture(8, 6), &[]).status, 302, "{name} is stored under another name");
            assert_ne!(image(&site), format!("products/{name}"), "a link has that name");
        }
        let theirs = std::fs::read_to_string(outside.join("theirs.png")).unwrap();
        assert_eq!((theirs.as_str(), outside.join("new.png").exists()), ("theirs", false), "nothing outside changes");
    }
}
