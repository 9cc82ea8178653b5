//! A temporary Redis server.

use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::time::Duration;

use nuages_test::postgres::say_skipped;

/// Runs `test` with the URL of a new server. Reports that the test is skipped if Redis is not
/// installed, or if this program was compiled without the feature `redis`.
pub(crate) fn with_redis(test: impl FnOnce(&str)) {
    if !cfg!(feature = "redis") {
        return say_skipped("caching::redis", "run it with `--features redis`");
    }
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let folder = tempfile::TempDir::new().unwrap();
    let server = Command::new("redis-server")
        .args([
            "--port",
            &port.to_string(),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            "no",
        ])
        .current_dir(folder.path())
        .stdout(Stdio::null())
        .spawn();
    let Ok(mut server) = server else {
        return say_skipped(
            "caching::redis",
            "Redis is not installed (Debian: apt-get install redis-server)",
        );
    };
    let is_up = (0..100).any(|_| {
        std::thread::sleep(Duration::from_millis(50));
        TcpStream::connect(("127.0.0.1", port)).is_ok()
    });
    let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        assert!(is_up, "the Redis server does not answer");
        test(&format!("redis://127.0.0.1:{port}/1"));
    }));
    let _ = server.kill();
    let _ = server.wait();
    if let Err(panic) = done {
        std::panic::resume_unwind(panic);
    }
}
