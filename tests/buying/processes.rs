//! Two server processes on one database. `scripts/many-buyers` does the same with 1,000 buyers, and on PostgreSQL.

use std::process::Command;

/// Runs the script, and fails with its output if it does.
fn many_buyers(arguments: &[&str]) {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/many-buyers");
    let run = Command::new("python3")
        .arg(script)
        .arg(env!("CARGO_BIN_EXE_nuages"))
        .args(arguments)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stdout);
    let wrong = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{arguments:?}: {said}{wrong}");
}

#[test]
fn forty_buyers_of_five_pieces_at_two_processes_get_exactly_five_orders() {
    many_buyers(&["--buyers", "40", "--pieces", "5", "--at-once", "16"]);
}

#[test]
fn a_process_that_is_killed_while_orders_are_placed_leaves_only_whole_orders() {
    many_buyers(&[
        "--buyers", "40", "--pieces", "30", "--port", "18471", "--kill",
    ]);
}
