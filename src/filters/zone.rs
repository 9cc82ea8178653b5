//! The time zone in which templates show times.

use std::cell::Cell;

use chrono_tz::Tz;

thread_local! {
    static CURRENT: Cell<Tz> = const { Cell::new(Tz::UTC) };
}

/// Runs `render` with `zone` as the time zone of the filters `date`, `time` and others (Django's `timezone.override`).
pub fn with_zone<T>(zone: Tz, render: impl FnOnce() -> T) -> T {
    struct Restore(Tz);

    impl Drop for Restore {
        fn drop(&mut self) {
            CURRENT.set(self.0);
        }
    }

    let _restore = Restore(CURRENT.replace(zone));
    render()
}

/// Returns the time zone of the page that is rendered; UTC outside of [`with_zone`].
pub fn current_zone() -> Tz {
    CURRENT.get()
}
