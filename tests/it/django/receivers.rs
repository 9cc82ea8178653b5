//! Receivers are called in the order of Django's signals.

use super::project::Django;
use crate::receivers::World;
use crate::support::{Database, Kind};

fn receivers_are_called_in_the_order_of_djangos_signals(kind: Kind, django: &Django) {
    let database = Database::migrated(kind);
    let answered = django.shell(&database, include_str!("receivers.py"));
    let answered = answered.replace("True", "true").replace("False", "false");
    let theirs: Vec<&str> = answered.lines().collect();

    assert_eq!(World::new(kind).play(), theirs);
}
with_django!(receivers_are_called_in_the_order_of_djangos_signals);
