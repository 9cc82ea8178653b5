//! The example in Python of `docs/api.md`.

use std::process::Command;

use super::{Program, shop};
use crate::support::{ALICE, Kind, product};

/// The guide.
const GUIDE: &str = include_str!("../../../docs/api.md");

fn the_example_in_python_prints_a_product(kind: Kind) {
    let site = shop(kind);
    product("Oak table").save(&mut site.connect());
    let program = Program::of(&site, &ALICE);
    let example = GUIDE.split("```python\n").nth(1).unwrap();
    let example = example.split("```").next().unwrap();

    let run = Command::new("python3")
        .args(["-c", example])
        .env("SITE", format!("http://127.0.0.1:{}", site.port))
        .env("TOKEN", &program.token)
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&run.stdout).into_owned();
    let said = String::from_utf8_lossy(&run.stderr);
    assert_eq!(printed.trim(), "1 Oak table", "the example failed: {said}");
}

on_both!(the_example_in_python_prints_a_product);
