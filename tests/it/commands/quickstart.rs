//! `nuages` without a command, in an empty folder.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start(dir: &std::path::Path) -> (Running, Vec<String>) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nuages"));
    command
        .env_clear()
        .current_dir(dir)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut child = Running(command.spawn().unwrap());
    let out = BufReader::new(child.0.stdout.take().unwrap());
    let mut lines = Vec::new();
    for line in out.lines().map_while(Result::ok) {
        let last = line.contains("Ctrl+C");
        lines.push(line);
        if last {
            break;
        }
    }
    (child, lines)
}

#[test]
fn an_empty_folder_becomes_a_shop() {
    let dir = tempfile::tempdir().unwrap();
    let (server, lines) = start(dir.path());
    let said = lines.join("\n");
    let login = lines
        .iter()
        .find(|line| line.contains("Login"))
        .unwrap_or_else(|| panic!("{said}"));
    assert!(login.contains("admin / "), "{said}");
    assert!(
        said.contains("System check identified no issues."),
        "the server must check first, as Django's does: {said}"
    );
    assert!(
        lines
            .iter()
            .any(|line| line.contains("Admin") && line.ends_with("/admin/")),
        "{said}"
    );
    let url = lines
        .iter()
        .find_map(|line| line.split_once("http://127.0.0.1:"))
        .unwrap_or_else(|| panic!("{said}"))
        .1;
    let port: u16 = url.trim_end_matches('/').parse().unwrap();
    let client = crate::support::Client::new(port);
    let began = Instant::now();
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(began.elapsed() < Duration::from_secs(10));
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(client.get("/").shows(&[
        "Halo reading lamp",
        "/media/products/halo-reading-lamp.webp"
    ]));
    assert_eq!(
        client.get("/media/products/halo-reading-lamp.webp").status,
        200
    );
    drop(server);
    // The second start only serves: it creates nothing and shows no password.
    let env = std::fs::read_to_string(dir.path().join(".env")).unwrap();
    let (server, lines) = start(dir.path());
    assert!(!lines.join("\n").contains("Login"), "{lines:?}");
    assert_eq!(
        std::fs::read_to_string(dir.path().join(".env")).unwrap(),
        env
    );
    drop(server);
}

#[test]
fn a_secret_key_is_added_to_an_existing_dotenv_on_a_separate_line() {
    let dir = tempfile::tempdir().unwrap();
    let below = dir.path().join("below");
    std::fs::create_dir(&below).unwrap();
    let dotenv = dir.path().join(".env");
    std::fs::write(&dotenv, "DATABASE_URL=sqlite:///shop.db").unwrap();

    let (server, lines) = start(&below);
    drop(server);

    let text = std::fs::read_to_string(&dotenv).unwrap();
    assert!(
        text.starts_with("DATABASE_URL=sqlite:///shop.db\nSECRET_KEY='"),
        "{text}"
    );
    assert!(
        !below.join(".env").exists(),
        "a second .env would hide the first"
    );
    assert!(
        below.join("shop.db").exists(),
        "the database is the one of .env: {lines:?}"
    );
}
