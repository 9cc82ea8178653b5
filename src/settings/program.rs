//! The name of the running program, which its messages use.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Returns the name with which the program was started, without its folder and `.exe`.
///
/// Help and error messages name commands with it: "Run `mysite migrate`".
pub fn program() -> &'static str {
    static NAME: OnceLock<String> = OnceLock::new();
    NAME.get_or_init(|| {
        let started_as = std::env::args_os().next().unwrap_or_default();
        Path::new(&started_as)
            .with_extension("")
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or("nuages")
            .to_owned()
    })
}

/// Returns the folder of the package that a command works on: the one that `cargo run` names, else the
/// working directory.
#[expect(
    clippy::disallowed_methods,
    reason = "this module reads the environment"
)]
pub fn package_folder() -> PathBuf {
    std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from("."), PathBuf::from)
}
