#![expect(
    clippy::disallowed_methods,
    reason = "Cargo speaks to build scripts through the environment"
)]
//! Compiles SQLite's statement timeout and the static files: the framework's files for the library,
//! and the shop's files and pictures for the program.

use std::{env, io};

fn main() -> io::Result<()> {
    statement_timeout();
    nuages_build::static_files_where(
        "static",
        |path| !path.starts_with("shop/"),
        "static_files.rs",
    )?;
    nuages_build::static_files_where(
        "static",
        |path| path.starts_with("shop/"),
        "shop_static_files.rs",
    )?;
    nuages_build::embedded_files("src/shop/catalog/fixtures/products", "demo_pictures.rs")
}

/// SQLite has no statement timeout, Diesel 2.3 cannot set a progress handler, and this package has
/// no unsafe code. So a few lines of C register an SQL function with SQLite when the program starts
/// (ADR 4).
fn statement_timeout() {
    const SOURCE: &str = "src/db/sqlite/statement_timeout.c";
    let mut build = cc::Build::new();
    println!("cargo:rerun-if-changed={SOURCE}");
    build.opt_level(3).file(SOURCE);
    if let Some(include) = env::var_os("DEP_SQLITE3_INCLUDE") {
        build.include(include);
    }
    // Rust code uses no symbol of the library, so the linker must be told to keep it.
    build
        .link_lib_modifier("+whole-archive")
        .compile("nuages_statement_timeout");
}
