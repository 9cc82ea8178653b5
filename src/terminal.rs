//! Output of commands: plain text, with colours on a terminal only.

use std::cell::RefCell;
use std::io::{self, IsTerminal as _, Write};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::error::Result;
use crate::settings::program;

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

thread_local! {
    /// The output of the command that [`captured`] runs on this thread.
    static CAPTURED: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

/// Runs `work`, and returns its result with the text that it would print. A question in `work`
/// fails, because nobody can answer it.
pub fn captured<T>(work: impl FnOnce() -> T) -> (T, String) {
    let outer = CAPTURED.replace(Some(Vec::new()));
    let done = work();
    let bytes = CAPTURED.replace(outer).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    (done, anstream::adapter::strip_str(&text).to_string())
}

fn is_captured() -> bool {
    CAPTURED.with_borrow(Option::is_some)
}

/// The standard output of a command, or the text that [`captured`] returns.
#[derive(Debug)]
pub struct CommandOutput(());

/// Returns the standard output of a command, for long outputs without colours.
pub fn output() -> CommandOutput {
    CommandOutput(())
}

impl Write for CommandOutput {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        CAPTURED.with_borrow_mut(|captured| match captured {
            Some(captured) => captured.write(bytes),
            None => io::stdout().write(bytes),
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stdout().flush()
    }
}

/// Prints a line to standard output.
pub fn say(line: &str) -> Result<()> {
    if is_captured() {
        return writeln!(output(), "{line}").map_err(Into::into);
    }
    writeln!(anstream::stdout(), "{line}").map_err(Into::into)
}

/// Prints a question to standard output, without a line break, and returns the answer.
pub fn ask(question: &str) -> Result<String> {
    if is_captured() {
        return Err(crate::error::Error::command(format!(
            "nobody can answer the question: {question}"
        )));
    }
    let mut out = anstream::stdout();
    write!(out, "{question}")?;
    out.flush()?;
    let mut answer = String::new();
    if io::stdin().read_line(&mut answer)? == 0 {
        return Err(crate::error::Error::command("standard input ended"));
    }
    Ok(answer.trim().to_owned())
}

/// Whether standard input is a terminal, so that questions can be answered.
pub fn is_interactive() -> bool {
    !is_captured() && io::stdin().is_terminal()
}

/// Prints an error to standard error.
pub fn complain(text: &str) {
    let mut lines = text.lines();
    let mut out = anstream::stderr();
    let _ = writeln!(
        out,
        "\x1b[1;31m{}:\x1b[0m {}",
        program(),
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
