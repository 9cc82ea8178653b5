//! The demo shop: `nuages COMMAND` is its `manage.py COMMAND`.

mod shop;

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    nuages::commands::main(&shop::SHOP)
}
