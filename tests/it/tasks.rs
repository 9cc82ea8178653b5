//! Work in the background: rows, workers, retries, leases, and the list in the admin.

use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicI64, Ordering};
use std::thread::sleep;
use std::time::Duration;

use chrono::{TimeDelta, Utc};
use diesel::prelude::*;
use nuages::db::{Conn, Timestamp};
use nuages::error::{Error, Result};
use nuages::mail::EmailMessage;
use nuages::schema::nuages_task;
use nuages::settings::{Env, Settings};
use nuages::tasks::{
    Registry, Task, TaskContext, TaskFilter, TaskResult, TaskStatus, Workers, run_waiting,
};

use crate::support::{ALICE, BOB, CHARLIE, DANA, Database, Kind, Persona, TestSite, nuages};

/// Adds its argument to [`SUM`], and returns the number of its attempt.
static ADD: Task<i64, i32> = Task::new("tests.add", add);
static FAIL: Task<String> = Task::new("tests.fail", fail);
static PANIC: Task<()> = Task::new("tests.panic", |_, ()| panic!("a panic of a test"));
static SLOW: Task<i64> = Task::new("tests.slow", slow);
/// Waits this many milliseconds without the database, like a mail server that answers late.
static WAIT: Task<u64> = Task::new("tests.wait", |_, millis| {
    sleep(Duration::from_millis(millis));
    Ok(())
});
static SUM: AtomicI64 = AtomicI64::new(0);

fn add(task: &mut TaskContext<'_>, number: i64) -> Result<i32> {
    SUM.fetch_add(number, Ordering::SeqCst);
    task.progress(1, 1, "added")?;
    Ok(task.attempt)
}

fn fail(task: &mut TaskContext<'_>, why: String) -> Result<()> {
    if why == "for good" {
        task.do_not_retry();
    }
    Err(Error::command(why))
}

fn slow(task: &mut TaskContext<'_>, steps: i64) -> Result<()> {
    for step in 0..steps {
        task.progress(step, steps, "sleeping")?;
        sleep(Duration::from_millis(20));
    }
    Ok(())
}

fn registry() -> Registry {
    Registry::default()
        .with(&ADD)
        .with(&FAIL)
        .with(&PANIC)
        .with(&SLOW)
        .with(&WAIT)
}

struct World {
    database: Database,
    conn: Conn,
    settings: Settings,
}

impl World {
    fn new(kind: Kind, lease: &str) -> Self {
        let database = Database::migrated(kind);
        let pairs = [
            ("SECRET_KEY", "x"),
            ("DATABASE_URL", database.url.as_str()),
            ("TASK_LEASE", lease),
        ];
        let settings = Settings::read(&Env::from_pairs(&pairs)).unwrap();
        Self {
            conn: database.connect(),
            database,
            settings,
        }
    }

    fn run(&mut self) -> usize {
        run_waiting(&mut self.conn, &registry(), &self.settings).unwrap()
    }

    fn get(&mut self, id: i64) -> TaskResult {
        TaskResult::get(&mut self.conn, id).unwrap()
    }

    fn workers(&self, threads: usize) -> Workers {
        Workers::start(registry(), &self.settings, threads, None).unwrap()
    }

    /// Waits until no task is ready or running.
    fn wait(&mut self) {
        for _ in 0..400 {
            let open: i64 = nuages_task::table
                .filter(nuages_task::status.eq_any(["READY", "RUNNING"]))
                .count()
                .get_result(&mut self.conn)
                .unwrap();
            if open == 0 {
                return;
            }
            sleep(Duration::from_millis(50));
        }
        panic!("the tasks are not done after 20 seconds");
    }

    /// Makes every waiting task due.
    fn hurry(&mut self) {
        diesel::update(nuages_task::table)
            .set(nuages_task::run_after.eq(Timestamp::from(Utc::now())))
            .execute(&mut self.conn)
            .unwrap();
    }
}

fn a_task_runs_after_the_commit_and_not_after_a_rollback(kind: Kind) {
    let mut world = World::new(kind, "60");
    let failed = world.conn.atomic(|conn| {
        ADD.enqueue(conn, 1)?;
        Err::<(), _>(Error::NotFound)
    });
    assert!(failed.is_err(), "the transaction is rolled back");
    assert_eq!(world.run(), 0, "no task after a rollback");

    let result = world.conn.atomic(|conn| ADD.enqueue(conn, 1)).unwrap();
    assert_eq!(result.status(), TaskStatus::Ready);
    assert_eq!(world.run(), 1, "the task of the committed transaction");
    let result = world.get(result.id);
    assert_eq!(result.status(), TaskStatus::Successful);
    assert_eq!((result.return_value.as_str(), result.attempts), ("1", 1));
    assert_eq!(
        result
            .progress()
            .map(|progress| (progress.done, progress.text)),
        Some((1, "added".to_owned()))
    );
}

fn tasks_run_by_priority_and_not_before_their_time(kind: Kind) {
    let mut world = World::new(kind, "60");
    let later = Timestamp::from(Utc::now() + TimeDelta::hours(1));
    let low = ADD.priority(-5).enqueue(&mut world.conn, 0).unwrap();
    let high = ADD.priority(100).enqueue(&mut world.conn, 0).unwrap();
    let waiting = ADD.run_after(later).enqueue(&mut world.conn, 0).unwrap();
    assert!(
        ADD.priority(101).enqueue(&mut world.conn, 0).is_err(),
        "a priority of more than 100 is refused"
    );

    assert_eq!(world.run(), 2, "the third task waits");
    let [low, high] = [low, high].map(|task| world.get(task.id).last_attempted_at);
    assert!(high < low, "the task with the larger priority is first");
    assert_eq!(world.get(waiting.id).status(), TaskStatus::Ready);
}

fn a_failing_task_is_tried_six_times_and_then_kept(kind: Kind) {
    let mut world = World::new(kind, "60");
    let task = FAIL
        .enqueue(&mut world.conn, "the moon is full".to_owned())
        .unwrap();
    for attempt in 1..=6 {
        assert_eq!(world.run(), 1, "attempt {attempt}");
        let result = world.get(task.id);
        assert_eq!(result.attempts, attempt);
        assert_eq!(result.error, "the moon is full");
        let expected = if attempt < 6 {
            TaskStatus::Ready
        } else {
            TaskStatus::Failed
        };
        assert_eq!(result.status(), expected, "after attempt {attempt}");
        assert_eq!(world.run(), 0, "a pause follows attempt {attempt}");
        world.hurry();
    }
    assert_eq!(world.run(), 0, "no seventh attempt");

    let hopeless = FAIL
        .enqueue(&mut world.conn, "for good".to_owned())
        .unwrap();
    let panics = PANIC.enqueue(&mut world.conn, ()).unwrap();
    assert_eq!(world.run(), 2);
    assert_eq!(world.get(hopeless.id).status(), TaskStatus::Failed);
    let panicked = world.get(panics.id);
    assert_eq!(
        (panicked.status(), panicked.attempts),
        (TaskStatus::Ready, 1),
        "a panic is a failure like any other"
    );
}

fn two_pools_of_workers_run_each_task_once(kind: Kind) {
    let mut world = World::new(kind, "60");
    world
        .conn
        .atomic(|conn| (0..200).try_for_each(|_| ADD.enqueue(conn, 0).map(drop)))
        .unwrap();
    let pools = [world.workers(3), world.workers(3)];
    world.wait();
    drop(pools);
    let attempts: Vec<i32> = nuages_task::table
        .select(nuages_task::attempts)
        .load(&mut world.conn)
        .unwrap();
    assert!(
        attempts.len() == 200 && attempts.iter().all(|count| *count == 1),
        "each task has one attempt: {attempts:?}"
    );
}

fn a_task_of_a_dead_worker_is_taken_over_after_its_lease(kind: Kind) {
    let mut world = World::new(kind, "1");
    let task = ADD.enqueue(&mut world.conn, 0).unwrap();
    let set = (
        nuages_task::status.eq("RUNNING"),
        nuages_task::worker.eq("dead"),
        nuages_task::attempts.eq(1),
        nuages_task::lease_until.eq(Timestamp::from(Utc::now() + TimeDelta::seconds(1))),
    );
    diesel::update(nuages_task::table)
        .set(set)
        .execute(&mut world.conn)
        .unwrap();
    assert_eq!(world.run(), 0, "the lease has not ended yet");
    sleep(Duration::from_millis(1100));
    assert_eq!(world.run(), 1, "the lease has ended");
    let result = world.get(task.id);
    assert_eq!(result.status(), TaskStatus::Successful);
    assert_eq!(result.return_value, "2", "the task knows its attempt");
    assert_eq!(result.failures, 1, "a lost attempt counts as a failure");
}

fn a_task_that_kills_its_worker_fails_after_six_attempts(kind: Kind) {
    let mut world = World::new(kind, "60");
    let task = ADD.enqueue(&mut world.conn, 0).unwrap();
    let lose = |world: &mut World, failures: i32, done: Option<i64>| {
        let lost = (
            nuages_task::status.eq("RUNNING"),
            nuages_task::worker.eq("dead"),
            nuages_task::lease_until.eq(Timestamp::from(Utc::now() - TimeDelta::seconds(1))),
            nuages_task::attempts.eq(failures + 1),
            nuages_task::failures.eq(failures),
            nuages_task::progress_done.eq(done),
        );
        diesel::update(nuages_task::table.find(task.id))
            .set(lost)
            .execute(&mut world.conn)
            .unwrap();
        assert_eq!(world.run(), 1, "the task is taken over");
        world.get(task.id)
    };

    let fifth = lose(&mut world, 4, None);
    assert_eq!(
        (fifth.status(), fifth.failures),
        (TaskStatus::Successful, 5),
        "a lost attempt counts as a failure, and the sixth attempt runs"
    );
    let busy = lose(&mut world, 5, Some(7));
    assert_eq!(
        busy.status(),
        TaskStatus::Successful,
        "a lost attempt that has reported progress does not count"
    );
    let sixth = lose(&mut world, 5, None);
    assert_eq!(
        (sixth.status(), sixth.error.as_str()),
        (
            TaskStatus::Failed,
            "The worker has ended during the attempt."
        ),
        "there is no seventh attempt"
    );
}

fn a_heartbeat_renews_the_lease_of_a_long_task(kind: Kind) {
    let mut world = World::new(kind, "1");
    let task = SLOW.enqueue(&mut world.conn, 150).unwrap();
    let workers = world.workers(2);
    world.wait();
    drop(workers);
    let result = world.get(task.id);
    assert_eq!(
        (result.status(), result.attempts),
        (TaskStatus::Successful, 1),
        "the task took three seconds with a lease of one"
    );
}

fn a_stopped_worker_gives_its_task_back(kind: Kind) {
    let mut world = World::new(kind, "60");
    let task = SLOW.enqueue(&mut world.conn, 10_000).unwrap();
    let mut workers = world.workers(1);
    for _ in 0..200 {
        if world.get(task.id).status() == TaskStatus::Running {
            break;
        }
        sleep(Duration::from_millis(20));
    }
    workers.stop(Duration::from_millis(500));
    let result = world.get(task.id);
    assert_eq!(
        (result.status(), result.failures),
        (TaskStatus::Ready, 0),
        "another worker may take the task at once"
    );
}

fn a_signal_ends_the_tasks_within_its_time_while_the_server_stops(kind: Kind) {
    let mut world = World::new(kind, "60");
    let task = SLOW.enqueue(&mut world.conn, 10_000).unwrap();
    let workers = world.workers(1);
    for _ in 0..200 {
        if world.get(task.id).status() == TaskStatus::Running {
            break;
        }
        sleep(Duration::from_millis(20));
    }
    (workers.stopper(Duration::from_millis(500)))();
    sleep(Duration::from_secs(1));
    let result = world.get(task.id);
    assert_eq!(
        (result.status(), result.failures),
        (TaskStatus::Ready, 0),
        "the task has ended, although nobody has waited for it"
    );
    drop(workers);
}

/// A `nuages worker`, which is killed when the value is dropped.
struct Worker(Child);

impl Worker {
    fn start(database: &Database, words: &[&str], mail: &Path) -> Self {
        let mut command = nuages(database.dir.path(), &database.url);
        command
            .arg("worker")
            .args(words)
            .env("EMAIL_BACKEND", "file")
            .env("EMAIL_FILE_PATH", mail)
            .stdout(Stdio::null());
        Self(command.spawn().unwrap())
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn the_command_worker_sends_mail_and_ends_at_sigterm(kind: Kind) {
    let mut world = World::new(kind, "60");
    let folder = world.database.dir.path().join("mail");
    let mail = || EmailMessage::new("Hi", "Hello", ["a@example.com"]);
    mail().enqueue(&mut world.conn).unwrap();
    let other = ADD.queue_name("slow").enqueue(&mut world.conn, 0).unwrap();
    EmailMessage::new("Hi", "Hello", ["nobody"])
        .enqueue(&mut world.conn)
        .unwrap();

    let mut worker = Worker::start(&world.database, &["--queue", "default"], &folder);
    for _ in 0..400 {
        let done = TaskFilter {
            status: Some("SUCCESSFUL".to_owned()),
            name: Some("nuages.mail".to_owned()),
        };
        if TaskResult::count(&mut world.conn, &done).unwrap() == 1 {
            break;
        }
        sleep(Duration::from_millis(50));
    }
    let pid = worker.0.id().to_string();
    std::process::Command::new("kill")
        .args(["-TERM", &pid])
        .status()
        .unwrap();
    let status = worker.0.wait().unwrap();
    assert!(status.success(), "the worker ends with 0: {status}");

    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1, "one mail");
    let failed = TaskFilter {
        status: Some("FAILED".to_owned()),
        name: None,
    };
    let failed = TaskResult::list(&mut world.conn, &failed, 0, 10).unwrap();
    assert!(
        failed.len() == 1 && failed[0].attempts == 1 && failed[0].error.contains("nobody"),
        "a wrong address is not tried again: {failed:?}"
    );
    assert_eq!(
        world.get(other.id).status(),
        TaskStatus::Ready,
        "a task of another queue waits"
    );
}

/// On SQLite nobody can renew a lease while another transaction writes.
fn a_task_runs_once_while_another_transaction_writes_longer_than_its_lease(kind: Kind) {
    let mut world = World::new(kind, "2");
    let _workers = world.workers(3);
    for round in 0..2 {
        let task = WAIT.enqueue(&mut world.conn, 4_500).unwrap();
        while world.get(task.id).status() != TaskStatus::Running {
            sleep(Duration::from_millis(20));
        }
        world
            .conn
            .atomic(|conn| {
                ADD.enqueue(conn, 0)?;
                sleep(Duration::from_millis(3_500));
                Ok(())
            })
            .unwrap();
        world.wait();
        let attempts = world.get(task.id).attempts;
        assert_eq!(attempts, 1, "the attempts in round {round}");
    }
}

on_both!(
    a_task_runs_once_while_another_transaction_writes_longer_than_its_lease,
    a_task_runs_after_the_commit_and_not_after_a_rollback,
    tasks_run_by_priority_and_not_before_their_time,
    a_failing_task_is_tried_six_times_and_then_kept,
    two_pools_of_workers_run_each_task_once,
    a_task_of_a_dead_worker_is_taken_over_after_its_lease,
    a_task_that_kills_its_worker_fails_after_six_attempts,
    a_heartbeat_renews_the_lease_of_a_long_task,
    a_stopped_worker_gives_its_task_back,
    a_signal_ends_the_tasks_within_its_time_while_the_server_stops,
    the_command_worker_sends_mail_and_ends_at_sigterm,
    the_list_is_for_superusers_and_staff_with_its_permission,
);

fn save(site: &TestSite, people: &[&Persona]) {
    let mut conn = site.connect();
    for person in people {
        person.save(&mut conn);
    }
}

fn the_list_is_for_superusers_and_staff_with_its_permission(kind: Kind) {
    let site = TestSite::new(kind);
    save(&site, &[&ALICE, &BOB, &CHARLIE, &DANA]);
    let mut conn = site.connect();
    EmailMessage::new("Hi", "a secret link", ["a@example.com"])
        .enqueue(&mut conn)
        .unwrap();
    ADD.enqueue(&mut conn, 4711).unwrap();
    drop(conn);

    let admin = ALICE.browser(&site);
    let page = admin.get("/admin/tasks/");
    assert_eq!(page.status, 200);
    let text = page.text();
    assert!(
        text.contains("nuages.mail") && text.contains("4711"),
        "{text}"
    );
    assert!(!text.contains("a secret link"), "a mail is not shown");
    let only = admin
        .get("/admin/tasks/?name=tests.add&status=READY")
        .text();
    assert!(only.contains("4711") && !only.contains("The arguments are private"));
    assert_eq!(admin.get("/admin/tasks/?status=NONSENSE&p=9").status, 200);

    let staff = BOB.browser(&site);
    assert_eq!(staff.get("/admin/tasks/").status, 403, "without permission");
    BOB.may(&site, &["view_task"]);
    let staff = BOB.browser(&site);
    let page = staff.get("/admin/tasks/");
    assert_eq!(page.status, 200, "with nuages.view_task");
    assert!(!page.text().contains("Run again"), "may look, not act");

    let id: i64 = nuages_task::table
        .filter(nuages_task::name.eq("tests.add"))
        .select(nuages_task::id)
        .first(&mut site.connect())
        .unwrap();
    let (again, delete) = (
        format!("/admin/tasks/{id}/again/"),
        format!("/admin/tasks/{id}/delete/"),
    );
    for url in [&again, &delete] {
        assert_eq!(staff.post(url, &[]).status, 403, "{url}");
    }
    for url in [&again, &delete] {
        assert_eq!(admin.post(url, &[]).status, 302, "{url}");
    }
    assert_eq!(admin.post(&delete, &[]).status, 404, "deleted already");
}
