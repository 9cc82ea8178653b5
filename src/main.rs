//! The `nuages` program: `nuages COMMAND` is `manage.py COMMAND`.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    nuages::commands::main(&nuages::project::SHOP)
}
