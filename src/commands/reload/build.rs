//! Builds the site with cargo, and collects the messages of the compiler.

use std::io::{BufRead as _, BufReader, IsTerminal as _, Read, Write as _};
use std::process::{Command, Stdio};

use serde::Deserialize;

use super::target::Target;
use crate::error::Result;
use crate::settings::{cargo, package_variables};

/// The result of a build.
#[derive(Debug)]
pub(super) enum Built {
    /// The program is new.
    New,
    /// Nothing had to be compiled.
    Same,
    /// The messages of the compiler or of cargo, without colours.
    Failed(String),
}

/// A line of `cargo build --message-format=json`.
#[derive(Debug, Deserialize)]
struct Line {
    reason: String,
    message: Option<Message>,
    /// Whether an artifact was built before.
    fresh: Option<bool>,
    executable: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Message {
    rendered: Option<String>,
    level: String,
}

/// Builds the target. Messages are shown in the terminal as well.
pub(super) fn build(target: &Target) -> Result<Built> {
    let colours = if std::io::stderr().is_terminal() {
        "always"
    } else {
        "never"
    };
    let mut command = Command::new(cargo());
    for name in package_variables() {
        command.env_remove(name);
    }
    let mut cargo = command
        .arg("build")
        .args(&target.arguments)
        .args(["--message-format=json-diagnostic-rendered-ansi", "--color"])
        .arg(colours)
        .current_dir(&target.package)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;

    let of_cargo = cargo.stderr.take();
    let shown = std::thread::spawn(move || of_cargo.map(show).unwrap_or_default());
    let mut errors = String::new();
    let mut is_new = false;
    let lines = cargo.stdout.take().map(BufReader::new);
    for line in lines.into_iter().flat_map(|lines| lines.lines()) {
        let Ok(line) = serde_json::from_str::<Line>(&line?) else {
            continue;
        };
        if let Some(message) = line.message
            && let Some(text) = message.rendered
        {
            // The build goes on if the terminal was closed.
            let _ = write!(anstream::stderr(), "{text}");
            if message.level.starts_with("error") {
                errors.push_str(&text);
            }
        }
        if line.reason == "compiler-artifact" && line.executable.is_some() {
            is_new |= line.fresh == Some(false);
        }
    }
    let is_built = cargo.wait()?.success();
    let of_cargo = shown.join().unwrap_or_default();

    Ok(if !is_built {
        let text = if errors.is_empty() { of_cargo } else { errors };
        Built::Failed(anstream::adapter::strip_str(&text).to_string())
    } else if is_new {
        Built::New
    } else {
        Built::Same
    })
}

/// Copies the output of cargo to the terminal, and returns it.
fn show(output: impl Read) -> String {
    let mut text = String::new();
    for line in BufReader::new(output)
        .lines()
        .map_while(std::io::Result::ok)
    {
        let _ = writeln!(anstream::stderr(), "{line}");
        text.push_str(&line);
        text.push('\n');
    }
    text
}
