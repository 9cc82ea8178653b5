//! `runserver` compiles and starts a site again when a file changes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::support::{Client, Database, Kind, Process, cargo, nuages};

/// A new site in a folder of its own, compiled.
struct Site {
    folder: TempDir,
    program: PathBuf,
}

impl Site {
    fn new(name: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let made = nuages(folder.path(), "sqlite:///unused.sqlite3")
            .args(["startproject", name, "."])
            .output()
            .unwrap();
        assert!(made.status.success(), "{made:?}");
        let site = Self {
            program: target().join("debug").join(name),
            folder,
        };
        site.build();
        site
    }

    fn build(&self) {
        let built = cargo()
            .args(["build", "--quiet", "--target-dir"])
            .arg(target())
            .current_dir(self.folder.path())
            .output()
            .unwrap();
        assert!(built.status.success(), "{built:?}");
    }

    fn migrate(&self, database: &Database) {
        let migrated = Command::new(&self.program)
            .arg("migrate")
            .env("DATABASE_URL", &database.url)
            .env("DEBUG", "1")
            .output()
            .unwrap();
        assert!(migrated.status.success(), "{migrated:?}");
    }

    /// Starts the site as `cargo run -- runserver` does.
    fn start(&self, database: &Database) -> Process {
        let path = |name| std::env::var_os(name).unwrap_or_default();
        let [home, toolchain] = ["HOME", "RUSTUP_TOOLCHAIN"].map(path);
        Process::start_program(
            &self.program,
            database,
            &[
                ("DEBUG", "1"),
                ("CARGO_MANIFEST_DIR", self.folder.path().to_str().unwrap()),
                ("CARGO", env!("CARGO")),
                ("HOME", home.to_str().unwrap()),
                ("RUSTUP_TOOLCHAIN", toolchain.to_str().unwrap()),
            ],
        )
    }

    fn change(&self, file: &str, from: &str, to: &str) {
        let path = self.folder.path().join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file} must contain {from:?}");
        fs::write(path, text.replace(from, to)).unwrap();
    }
}

/// Returns the target folder of this package, which contains the compiled dependencies.
fn target() -> PathBuf {
    let nuages = Path::new(env!("CARGO_BIN_EXE_nuages"));
    nuages.ancestors().nth(2).unwrap().to_path_buf()
}

/// Waits until a page has `text`, and returns the page. A server that ends may close the kept connection of the client in
/// the moment in which the client sends its next request.
fn wait_for(client: &Client, url: &str, text: &str) -> String {
    let began = Instant::now();
    loop {
        let page = client
            .try_get(url)
            .map(|reply| reply.text())
            .unwrap_or_default();
        if page.contains(text) {
            return page;
        }
        assert!(
            began.elapsed() < Duration::from_mins(8),
            "{url} does not show {text:?} but {page}"
        );
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Sends requests until `stop` is set, and counts those that no server accepted.
fn count_refused(port: u16, stop: Arc<AtomicBool>) -> std::thread::JoinHandle<usize> {
    std::thread::spawn(move || {
        let refused = AtomicUsize::new(0);
        while !stop.load(Ordering::Relaxed) {
            if std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
                refused.fetch_add(1, Ordering::Relaxed);
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        refused.into_inner()
    })
}

/// Whether a process of `program` with the argument `runserver` and this port is running.
fn is_served(program: &Path, port: u16) -> bool {
    let listed = Command::new("ps")
        .args(["-eo", "args"])
        .output()
        .unwrap()
        .stdout;
    let address = format!("{} runserver 127.0.0.1:{port}", program.display());
    String::from_utf8_lossy(&listed)
        .lines()
        .any(|line| line == address)
}

#[test]
fn a_changed_file_compiles_and_starts_the_site_again_without_a_refused_request() {
    let site = Site::new("orchard");
    let database = Database::empty(Kind::Sqlite);
    site.migrate(&database);
    let process = site.start(&database);
    let client = process.client();
    let page = wait_for(&client, "/", "There are no notes yet.");
    assert!(page.contains("/__reload__/client.js?started=1"), "{page}");
    let stop = Arc::new(AtomicBool::new(false));
    let refused = count_refused(process.port(), Arc::clone(&stop));

    site.change("templates/notes/note_list.html", "<h1>Notes", "<h1>Apples");
    let page = wait_for(&client, "/", "<h1>Apples");
    assert!(page.contains("/__reload__/client.js?started=2"), "{page}");

    site.change("src/notes/views.rs", "is_public", "is_publik");
    let state = wait_for(&client, "/__reload__/state", "is_publik");
    assert!(state.contains("error[E0425]"), "{state}");
    assert!(
        client.get("/").text().contains("<h1>Apples"),
        "the site that was compiled last is still served"
    );
    site.change("src/notes/views.rs", "is_publik", "is_public");
    wait_for(&client, "/__reload__/state", "\"error\":\"\"");

    site.change("static/site.css", "42rem", "47rem");
    wait_for(&client, "/static/site.css", "47rem");
    stop.store(true, Ordering::Relaxed);
    assert_eq!(refused.join().unwrap(), 0, "no connection was refused");

    let port = process.port();
    assert!(
        is_served(&site.program, port),
        "a process of its own serves"
    );
    drop(process);
    let began = Instant::now();
    while is_served(&site.program, port) {
        assert!(
            began.elapsed() < Duration::from_secs(20),
            "the serving process must end with the one that started it"
        );
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_site_that_does_not_start_shows_a_page_until_a_file_changes() {
    let site = Site::new("vineyard");
    let database = Database::empty(Kind::Sqlite);
    site.change(
        "src/main.rs",
        "fn main() -> ExitCode {",
        "fn main() -> ExitCode {\n    assert!(!std::path::Path::new(env!(\"CARGO_MANIFEST_DIR\")).join(\"stop\").exists());",
    );
    site.build();
    site.migrate(&database);
    let process = site.start(&database);
    let client = process.client();
    wait_for(&client, "/", "There are no notes yet.");

    fs::write(site.folder.path().join("stop"), "").unwrap();
    site.change("static/site.css", "42rem", "47rem");
    let page = wait_for(&client, "/", "The site has ended");
    assert!(page.contains("http-equiv=\"refresh\""), "{page}");
    fs::remove_file(site.folder.path().join("stop")).unwrap();
    site.change("static/site.css", "47rem", "48rem");
    wait_for(&client, "/", "There are no notes yet.");
}
