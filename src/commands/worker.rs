//! `worker`: runs tasks in the background.

use std::time::Duration;

use clap::Args as ClapArgs;
use tokio::signal::unix::{SignalKind, signal};

use crate::error::{Error, Result};
use crate::project::Project;
use crate::settings::Settings;
use crate::tasks::Workers;
use crate::terminal::{bold, dim, say};
use crate::words::counted;

#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    /// Run only the tasks of this queue.
    #[arg(long)]
    queue: Option<String>,
    /// The number of tasks that run at the same time.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=64))]
    threads: u8,
}

/// Runs tasks until SIGINT or SIGTERM, then waits for those that run.
pub(super) fn run(args: &Args, project: &'static Project, settings: &Settings) -> Result<()> {
    project.install();
    let threads = usize::from(args.threads);
    let queue = args.queue.as_deref();
    say(&format!(
        "{} {}",
        bold(&format!("{}: worker", project.name_and_version())),
        dim(&format!(
            "on {}, {}, {}",
            settings.database_url,
            counted(threads, "thread", "threads"),
            queue.map_or_else(|| "all queues".to_owned(), |name| format!("queue {name}"))
        ))
    ))?;
    // The signals are caught before the first task begins.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let mut workers = runtime.block_on(async {
        let mut terminated = signal(SignalKind::terminate())?;
        let mut interrupted = signal(SignalKind::interrupt())?;
        let workers = Workers::start(project.task_registry(), settings, threads, queue)?;
        tokio::select! {
            _ = terminated.recv() => {}
            _ = interrupted.recv() => {}
        }
        Ok::<_, Error>(workers)
    })?;
    workers.stop(settings.shutdown_timeout.max(Duration::from_millis(100)));
    Ok(())
}
