//! What commands print: plain text, with colours only on a terminal.

use std::io::{IsTerminal as _, Write as _};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::error::Result;

/// Bold, on a terminal.
pub fn bold(text: &str) -> String {
    format!("\x1b[1m{text}\x1b[0m")
}

/// Dim, on a terminal.
pub fn dim(text: &str) -> String {
    format!("\x1b[2m{text}\x1b[0m")
}

/// Green, on a terminal.
pub fn green(text: &str) -> String {
    format!("\x1b[32m{text}\x1b[0m")
}

/// A line on standard output.
pub fn say(line: &str) -> Result<()> {
    writeln!(anstream::stdout(), "{line}").map_err(Into::into)
}

/// A question on standard output, without a line break behind it.
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

/// Whether someone sits there to be asked.
pub fn is_interactive() -> bool {
    std::io::stdin().is_terminal()
}

/// An error on standard error.
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

/// A progress bar on standard error, if that is a terminal.
pub fn progress(label: &'static str, length: u64) -> ProgressBar {
    let style =
        ProgressStyle::with_template("{msg:<10} {wide_bar:.blue} {human_pos}/{human_len} {eta}");
    let bar = ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr());
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        .with_message(label)
}
