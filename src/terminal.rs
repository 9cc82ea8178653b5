//! Output of commands: plain text, with colours on a terminal only.

use std::io::{IsTerminal as _, Write as _};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::error::Result;

/// Returns `text` in bold (on a terminal).
pub fn bold(text: &str) -> String {
    format!("\x1b[1m{text}\x1b[0m")
}

/// Returns `text` dimmed (on a terminal).
pub fn dim(text: &str) -> String {
    format!("\x1b[2m{text}\x1b[0m")
}

/// Returns `text` in green (on a terminal).
pub fn green(text: &str) -> String {
    format!("\x1b[32m{text}\x1b[0m")
}

/// Prints a line to standard output.
pub fn say(line: &str) -> Result<()> {
    writeln!(anstream::stdout(), "{line}").map_err(Into::into)
}

/// Prints a question to standard output, without a line break, and returns the answer.
pub fn ask(question: &str) -> Result<String> {
    let mut out = anstream::stdout();
    write!(out, "{question}")?;
    out.flush()?;
    let mut answer = String::new();
    if std::io::stdin().read_line(&mut answer)? == 0 {
        return Err(crate::error::Error::command("standard input ended"));
    }
    Ok(answer.trim().to_owned())
}

/// Whether standard input is a terminal, so that questions can be answered.
pub fn is_interactive() -> bool {
    std::io::stdin().is_terminal()
}

/// Prints an error to standard error.
pub fn complain(text: &str) {
    let mut lines = text.lines();
    let mut out = anstream::stderr();
    let _ = writeln!(
        out,
        "\x1b[1;31mnuages:\x1b[0m {}",
        lines.next().unwrap_or_default()
    );
    for line in lines {
        let _ = writeln!(out, "        {line}");
    }
}

/// Creates a progress bar on standard error; it is hidden if that is not a terminal.
pub fn progress(label: &'static str, length: u64) -> ProgressBar {
    let style =
        ProgressStyle::with_template("{msg:<10} {wide_bar:.blue} {human_pos}/{human_len} {eta}");
    let bar = ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr());
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        .with_message(label)
}
