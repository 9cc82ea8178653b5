//! The file through which `runserver` tells the site's process about reloading.

use std::ffi::OsString;
use std::path::PathBuf;

/// The variable that names the file. `runserver` sets it for the process that serves the site.
pub const RELOAD_STATE: &str = "NUAGES_RELOAD_STATE";

/// Returns the path of the file, if this process was started by a `runserver` that reloads.
#[expect(
    clippy::disallowed_methods,
    reason = "this module reads the environment"
)]
pub fn reload_state() -> Option<PathBuf> {
    std::env::var_os(RELOAD_STATE).map(PathBuf::from)
}

/// Returns the cargo that started this program, else the one in `PATH`.
#[expect(
    clippy::disallowed_methods,
    reason = "this module reads the environment"
)]
pub fn cargo() -> PathBuf {
    std::env::var_os("CARGO").map_or_else(|| PathBuf::from("cargo"), PathBuf::from)
}

/// Returns the names of the variables in which cargo describes the package that it runs. Build scripts
/// of some crates depend on them, so another cargo must not inherit them.
pub fn package_variables() -> Vec<OsString> {
    let describes = |name: &str| {
        name.starts_with("CARGO_PKG_")
            || name.starts_with("CARGO_MANIFEST_")
            || [
                "CARGO_CRATE_NAME",
                "CARGO_BIN_NAME",
                "CARGO_PRIMARY_PACKAGE",
                // `cargo run` sets it for packages with a build script.
                "OUT_DIR",
            ]
            .contains(&name)
    };
    std::env::vars_os()
        .map(|(name, _)| name)
        .filter(|name| name.to_str().is_some_and(describes))
        .collect()
}
