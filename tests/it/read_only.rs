//! A database or a folder that is read-only: pages are shown, and a failed save is explained.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::shop::schema::catalog_product;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use nuages::schema::django_session;
use nuages::settings::SecretKey;

use crate::support::{
    ALICE, Client, Database, Kind, LOGIN, Process, SECRET_KEY, TestSite, picture, product,
    say_skipped, session_of,
};

const CHANGE: &str = "/admin/catalog/product/1/change/";
/// Pages of all kinds, which a superuser may open.
const PAGES: [&str; 9] = [
    "/",
    "/products/",
    "/products/whistler/",
    "/accounts/profile/",
    "/accounts/sessions/",
    "/admin/",
    "/admin/catalog/product/",
    CHANGE,
    LOGIN,
];

/// Creates a shop with a product and a superuser; returns the superuser's session key.
fn shop(kind: Kind) -> (Database, String) {
    let database = Database::migrated(kind);
    let conn = &mut database.connect();
    product("Whistler").save(conn);
    let user = ALICE.save(conn);
    let key = session_of(conn, &user, &SecretKey::new(SECRET_KEY));
    (database, key)
}

fn alice(site: &Process, key: &str) -> Client {
    let client = site.client();
    client.keep("sessionid", key);
    client
}

/// Makes the SQLite file and its folder read-only, without the additional files of the database.
fn protect(database: &Database) {
    let file = database.dir.path().join("db.sqlite3");
    database
        .connect()
        .batch_execute("PRAGMA wal_checkpoint(TRUNCATE);")
        .unwrap();
    for name in ["db.sqlite3-wal", "db.sqlite3-shm"] {
        assert!(
            !database.dir.path().join(name).exists(),
            "the last connection must have removed {name}"
        );
    }
    fs::set_permissions(file, Permissions::from_mode(0o444)).unwrap();
    fs::set_permissions(database.dir.path(), Permissions::from_mode(0o555)).unwrap();
}

/// Makes the test's folder removable again.
fn unprotect(database: &Database) {
    fs::set_permissions(database.dir.path(), Permissions::from_mode(0o755)).unwrap();
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0)
}

/// Returns the command that runs a program as a user for whom file permissions apply: root ignores
/// them.
fn as_nobody() -> &'static [&'static str] {
    if is_root() {
        &[
            "setpriv",
            "--reuid=65534",
            "--regid=65534",
            "--clear-groups",
        ]
    } else {
        &[]
    }
}

fn assert_reads_and_explains(site: &Process, key: &str) {
    let alice = alice(site, key);
    for path in PAGES {
        let page = alice.get(path);
        assert_eq!(
            page.status,
            200,
            "{path} must be shown although nothing can be written: {}",
            page.words()
        );
    }
    assert!(
        alice.get("/accounts/profile/").words().contains("alice"),
        "the visitor must still be logged in"
    );

    let form = alice.form(CHANGE, "name").set("name", "Renamed");
    for (what, refused) in [
        ("saving", alice.submit(&form, "_save")),
        (
            "logging in",
            site.client().post(
                LOGIN,
                &[("username", ALICE.username), ("password", ALICE.password)],
            ),
        ),
        ("logging out", alice.post("/accounts/logout/", &[])),
    ] {
        assert_eq!(
            refused.status,
            503,
            "{what} must be answered with 503: {}",
            refused.words()
        );
        assert!(
            refused.words().contains("Read only just now"),
            "{what} must say why: {}",
            refused.words()
        );
        assert_eq!(
            refused.header("retry-after"),
            "60",
            "{what} must say when to try again"
        );
    }
    assert!(
        alice.get(CHANGE).text().contains("Whistler"),
        "nothing may have been saved"
    );
}

#[test]
fn read_only_folder_with_an_sqlite_file_is_served() {
    let (database, key) = shop(Kind::Sqlite);
    protect(&database);
    let site = Process::start_with(as_nobody(), &database, &[]);
    assert_reads_and_explains(&site, &key);
    assert!(
        site.log().contains("can only be read"),
        "the log must say that nothing can be saved: {}",
        site.log()
    );
    let check = Command::new(as_nobody().first().copied().unwrap_or("env"))
        .args(as_nobody().iter().skip(1))
        .arg(env!("CARGO_BIN_EXE_nuages"))
        .arg("check")
        .current_dir(database.dir.path())
        .envs([
            ("DATABASE_URL", database.url.as_str()),
            ("SECRET_KEY", SECRET_KEY),
        ])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&check.stdout).into_owned();
    assert!(
        said.contains("WARNING") && said.contains("can only be read"),
        "`check` must say so as well: {said}"
    );
    drop(site);
    unprotect(&database);
}

#[test]
fn sqlite_file_without_the_right_to_write_is_served() {
    let (database, key) = shop(Kind::Sqlite);
    protect(&database);
    // In this folder the additional files can be created.
    fs::set_permissions(database.dir.path(), Permissions::from_mode(0o777)).unwrap();
    let site = Process::start_with(as_nobody(), &database, &[]);
    assert_reads_and_explains(&site, &key);
}

#[test]
fn read_only_postgres_is_served() {
    if !Kind::postgres_is_there(module_path!()) {
        return;
    }
    let (database, key) = shop(Kind::Postgres);
    let name = database.url.rsplit('/').next().unwrap();
    let sql = format!("ALTER DATABASE {name} SET default_transaction_read_only = on");
    database.connect().batch_execute(&sql).unwrap();
    let site = Process::start(&database, &[]);
    assert_reads_and_explains(&site, &key);
    assert!(
        site.log().contains("can only be read"),
        "the log must say that nothing can be saved: {}",
        site.log()
    );
}

#[test]
fn session_that_cannot_be_renewed_keeps_its_page() {
    let (database, key) = shop(Kind::Sqlite);
    protect(&database);
    let site = Process::start_with(
        as_nobody(),
        &database,
        &[("SESSION_SAVE_EVERY_REQUEST", "1")],
    );
    let alice = alice(&site, &key);
    for path in PAGES {
        let page = alice.get(path);
        assert_eq!(page.status, 200, "{path}: {}", page.words());
        assert_eq!(
            page.set_cookie("sessionid"),
            "",
            "{path} must not renew the cookie of a session that was not saved"
        );
    }
    drop(site);
    unprotect(&database);
}

#[test]
fn full_disk_under_sqlite_is_explained() {
    let (database, key) = shop(Kind::Sqlite);
    // No file may grow beyond 40 KB, like on a full disk: this is enough for the shared memory, and
    // soon too little for the write-ahead log. Without the trap the system would end the program.
    let limited = [
        "sh",
        "-c",
        "trap '' XFSZ; ulimit -f 80; exec \"$@\"",
        "limited",
    ];
    let site = Process::start_with(&limited, &database, &[]);
    let alice = alice(&site, &key);
    let before = sessions(&database);
    let mut logins = 0;
    let refused = loop {
        let reply = site.client().post(
            LOGIN,
            &[("username", ALICE.username), ("password", ALICE.password)],
        );
        if reply.status != 302 {
            break reply;
        }
        logins += 1;
        assert!(logins < 100, "the limit must be reached");
    };
    assert_eq!(
        refused.status,
        503,
        "a login on a full disk: {}",
        refused.words()
    );
    assert!(
        refused.words().contains("no room left on the server"),
        "it must say why: {}",
        refused.words()
    );
    assert_eq!(
        sessions(&database),
        before + logins,
        "the login that failed must not leave a session"
    );
    let saved = alice.submit(&alice.form(CHANGE, "name").set("name", "Renamed"), "_save");
    assert_eq!(
        saved.status,
        503,
        "saving on a full disk: {}",
        saved.words()
    );
    for path in PAGES {
        assert_eq!(
            alice.get(path).status,
            200,
            "{path} must be shown although the disk is full"
        );
    }
    assert!(
        alice.get(CHANGE).text().contains("Whistler"),
        "nothing may have been saved"
    );
}

fn sessions(database: &Database) -> i64 {
    django_session::table
        .count()
        .get_result(&mut database.connect())
        .unwrap()
}

fn image(site: &TestSite) -> String {
    catalog_product::table
        .find(1_i64)
        .select(catalog_product::image)
        .first(&mut site.connect())
        .unwrap()
}

/// Sends a new name together with a picture, and checks that the error is beside the field.
fn assert_upload_is_refused(site: &TestSite, media: &Path, reason: &str) {
    let alice = ALICE.browser(site);
    let form = alice.form(CHANGE, "name").set("name", "Renamed").attach(
        "image",
        "one.png",
        "image/png",
        &picture(8, 6),
    );
    let reply = alice.submit(&form, "_save");
    assert_eq!(
        reply.status,
        200,
        "the form must come back: {}",
        reply.words()
    );
    assert!(
        reply.errors("image").contains(reason),
        "the reason must be beside the field: {}",
        reply.errors("image")
    );
    assert!(
        reply.text().contains("Renamed"),
        "what was typed must still be there"
    );
    assert_eq!(
        image(site),
        "",
        "no row may name a file that was not stored"
    );
    let name: String = catalog_product::table
        .find(1_i64)
        .select(catalog_product::name)
        .first(&mut site.connect())
        .unwrap();
    assert_eq!(name, "Whistler", "nothing else may have been saved");
    let left = fs::read_dir(media.join("products"))
        .into_iter()
        .flatten()
        .count();
    assert_eq!(left, 0, "no part of the file may be left");

    // Without a file the form can be saved.
    let form = alice.form(CHANGE, "name").set("name", "Whistler II");
    assert_eq!(
        alice.submit(&form, "_save").status,
        302,
        "a form without a file needs no folder for it"
    );
}

fn media_folder_that_is_not_a_folder_is_an_error_of_the_field(kind: Kind) {
    let (database, _) = shop(kind);
    fs::write(database.dir.path().join("media"), "a file").unwrap();
    let media = database.dir.path().join("media");
    let site = TestSite::with(database, &[], crate::shop::urls);
    assert_upload_is_refused(
        &site,
        &media,
        "the folder for uploads cannot be written just now",
    );
}

fn full_or_read_only_media_folder_is_an_error_of_the_field(kind: Kind) {
    for (options, reason) in [
        // One memory page for the folder `products`, and none for its content.
        (
            "size=4k,nr_inodes=10",
            "there is no room left on the server",
        ),
        ("ro", "the folder for uploads cannot be written just now"),
    ] {
        let (database, _) = shop(kind);
        let media = database.dir.path().join("media");
        fs::create_dir(&media).unwrap();
        let mut mount = Command::new("mount");
        mount
            .args(["-t", "tmpfs", "-o", options, "tmpfs"])
            .arg(&media)
            .stderr(Stdio::null());
        if !mount.status().is_ok_and(|status| status.success()) {
            say_skipped(
                module_path!(),
                "a file system of its own can only be mounted by root",
            );
            return;
        }
        if options != "ro" {
            fs::write(media.join("filler"), vec![0; 4096]).unwrap();
        }
        let site = TestSite::with(database, &[], crate::shop::urls);
        assert_upload_is_refused(&site, &media, reason);
        assert!(
            Command::new("umount")
                .arg("-l")
                .arg(&media)
                .status()
                .unwrap()
                .success(),
            "the folder is in use"
        );
    }
}

on_both!(
    media_folder_that_is_not_a_folder_is_an_error_of_the_field,
    full_or_read_only_media_folder_is_an_error_of_the_field
);
