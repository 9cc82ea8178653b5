//! PgBouncer in transaction mode in front of PostgreSQL: each transaction may get a different
//! session of the server.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::shop::schema::catalog_product;
use diesel::prelude::*;
use nuages::auth::User;
use nuages::db::{Db, Kind as Column, Sql};
use nuages::settings::{Env, Settings};

use crate::support::{
    ALICE, Client, Database, Kind, TestSite, as_owner, nuages, product, say_skipped,
};

const PROGRAM: &str = "/usr/sbin/pgbouncer";
/// The file with PgBouncer's log, which gives the reason if it ends.
const LINES: &str = "pgbouncer.log";

/// A running PgBouncer, which ends when the value is dropped.
struct PgBouncer {
    child: Child,
    /// The database, reached through PgBouncer.
    database: Database,
}

impl PgBouncer {
    /// Starts a PgBouncer with two connections to the server in front of `database`.
    fn before(mut database: Database, more: &str) -> Self {
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let (server, name) = database
            .url
            .trim_start_matches("postgres://nuages@127.0.0.1:")
            .split_once('/')
            .unwrap();
        let folder = database.dir.path().join("pgbouncer");
        fs::create_dir(&folder).unwrap();
        let config = format!(
            "[databases]\n{name} = host=127.0.0.1 port={server} user=nuages\n\
             [pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nauth_type = any\n\
             pool_mode = transaction\ndefault_pool_size = 2\nlogfile = {}\n{more}\n",
            folder.join(LINES).display(),
        );
        fs::write(folder.join("pgbouncer.ini"), config).unwrap();
        // PgBouncer refuses to run as root, and must be able to write its log.
        for path in [database.dir.path(), folder.as_path()] {
            assert!(
                Command::new("chmod")
                    .arg("a+rwx")
                    .arg(path)
                    .status()
                    .unwrap()
                    .success()
            );
        }
        let mut command = as_owner(Path::new(PROGRAM));
        let child = command
            .arg(folder.join("pgbouncer.ini"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        database.url = format!("postgres://nuages@127.0.0.1:{port}/{name}");
        let bouncer = Self {
            child: child.unwrap(),
            database,
        };
        for _ in 0..200 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return bouncer;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!(
            "PgBouncer does not answer: {}",
            fs::read_to_string(folder.join(LINES)).unwrap_or_default()
        );
    }

    fn site(&self, settings: &[(&str, &str)]) -> TestSite {
        let Database { url, dir } = &self.database;
        let dir_of_site = tempfile::TempDir::new_in(dir.path()).unwrap();
        TestSite::with(
            Database {
                url: url.clone(),
                dir: dir_of_site,
            },
            settings,
            crate::shop::urls,
        )
    }
}

impl Drop for PgBouncer {
    fn drop(&mut self) {
        // After SIGTERM `runuser` ends its program as well.
        let _ = Command::new("kill")
            .arg(self.child.id().to_string())
            .status();
        let _ = self.child.wait();
    }
}

fn is_there(test: &str) -> bool {
    let is_there = Path::new(PROGRAM).exists();
    if !is_there {
        say_skipped(
            test,
            "PgBouncer is not installed (Debian: apt-get install pgbouncer)",
        );
    }
    is_there && Kind::postgres_is_there(test)
}

/// Sends requests of eight visitors at once; returns those that were not answered with 200.
fn visit(site: &TestSite, paths: &'static [&'static str]) -> Vec<(&'static str, u16)> {
    let port = site.port;
    let visitor = move || {
        let client = Client::new(port);
        let answers = paths
            .iter()
            .cycle()
            .take(30)
            .map(|path| (*path, client.get(path).status));
        answers
            .filter(|(_, status)| *status != 200)
            .collect::<Vec<_>>()
    };
    let all: Vec<_> = (0..8).map(|_| std::thread::spawn(visitor)).collect();
    all.into_iter()
        .flat_map(|thread| thread.join().unwrap())
        .collect()
}

#[test]
fn pages_and_forms_work_through_pgbouncer_in_transaction_mode() {
    if !is_there("pages_and_forms_work_through_pgbouncer_in_transaction_mode") {
        return;
    }
    // The second PgBouncer silently drops unknown parameters: it must be recognised as well.
    for (more, setting) in [
        ("", "auto"),
        ("ignore_startup_parameters = options", "auto"),
        ("", "on"),
    ] {
        let direct = Database::migrated(Kind::Postgres);
        let conn = &mut direct.connect();
        let lamp = product("Lamp").save(conn);
        ALICE.save(conn);
        let bouncer = PgBouncer::before(direct, more);
        let site = bouncer.site(&[("CONN_TRANSACTION_POOLING", setting)]);
        let failed = visit(
            &site,
            &[
                "/",
                "/products/",
                "/products/?q=lamp",
                "/categories/",
                "/sitemap.xml",
            ],
        );
        assert_eq!(failed, [], "every page works with {more:?} and {setting}");

        let staff = ALICE.browser(&site);
        let change = format!("/admin/catalog/product/{}/change/", lamp.id);
        assert_eq!(staff.get("/admin/catalog/product/").status, 200);
        let saved = staff.submit(&staff.form(&change, "name").set("name", "Lantern"), "_save");
        assert_eq!(saved.status, 302, "a form can be saved with {more:?}");
        let name: String = catalog_product::table
            .select(catalog_product::name)
            .first(conn)
            .unwrap();
        assert_eq!(name, "Lantern", "what was saved is in the database");
    }
}

#[test]
fn without_a_pooler_the_server_knows_the_limit_for_statements() {
    if !Kind::postgres_is_there("without_a_pooler_the_server_knows_the_limit_for_statements") {
        return;
    }
    let database = Database::migrated(Kind::Postgres);
    let with_options = format!("{}?options=-c%20work_mem%3D7MB", database.url);
    for (setting, url) in [
        ("auto", &database.url),
        ("off", &database.url),
        ("auto", &with_options),
    ] {
        let pairs = [
            ("SECRET_KEY", "x"),
            ("DATABASE_URL", url),
            ("STATEMENT_TIMEOUT", "7"),
            ("CONN_TRANSACTION_POOLING", setting),
            ("PGOPTIONS", "-c work_mem=7MB"),
        ];
        let db = Db::open(&Settings::read(&Env::from_pairs(&pairs)).unwrap()).unwrap();
        let show = |name: &'static str| {
            let query = Sql::new("SELECT current_setting(")
                .bind(name)
                .raw(")")
                .returns(&[Column::Text]);
            let rows = actix_web::rt::System::new()
                .block_on(db.run(move |conn| query.load(conn)))
                .unwrap();
            rows[0][0].to_string()
        };
        assert_eq!(
            show("statement_timeout"),
            "7s",
            "STATEMENT_TIMEOUT reaches the server with {setting} at {url}"
        );
        if setting == "auto" {
            assert_eq!(
                show("work_mem"),
                "7MB",
                "the options of the URL or of PGOPTIONS reach the server at {url}"
            );
        }
    }
}

#[test]
fn commands_work_through_pgbouncer_in_transaction_mode() {
    if !is_there("commands_work_through_pgbouncer_in_transaction_mode") {
        return;
    }
    let direct = Database::empty(Kind::Postgres);
    let conn = &mut direct.connect();
    let bouncer = PgBouncer::before(direct, "");
    for words in [
        ["migrate"].as_slice(),
        &[
            "createsuperuser",
            "--noinput",
            "--username",
            "ann",
            "--email",
            "",
        ],
        &["loaddata", "demo"],
        &["clearsessions"],
    ] {
        let mut command = nuages(bouncer.database.dir.path(), &bouncer.database.url);
        let done = command
            .args(words)
            .env("DJANGO_SUPERUSER_PASSWORD", "correct horse")
            .output()
            .unwrap();
        assert!(
            done.status.success(),
            "{words:?} must work: {}",
            String::from_utf8_lossy(&done.stderr)
        );
    }
    assert!(
        User::find_by_username(conn, "ann").unwrap().is_some(),
        "the user whom createsuperuser made is there"
    );

    let check = bouncer.database.nuages(&["check"]);
    let said = String::from_utf8_lossy(&check.stdout);
    assert!(check.status.success(), "a pooler is no error: {said}");
    assert!(
        said.contains("statement_timeout"),
        "check says that the server has no limit for statements: {said}"
    );
}
