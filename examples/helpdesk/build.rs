//! Compiles `static/` into the program.

fn main() -> std::io::Result<()> {
    nuages_build::static_files("static")
}
