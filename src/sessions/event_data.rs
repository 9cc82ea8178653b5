//! [`EventData`]: the session of a visitor who logs in, as receivers see it.

use std::cell::RefCell;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Session;
use super::codec::Data;

/// The data of a session on the thread of the database. Values that a receiver of `user_logged_in` sets are saved with the login.
#[derive(Debug, Default)]
pub struct EventData {
    data: RefCell<Data>,
    changes: RefCell<Changes>,
}

/// Values that were set; `None` for values that were removed.
pub(crate) type Changes = Vec<(String, Option<Value>)>;

impl EventData {
    pub(crate) fn new(data: Data) -> Self {
        Self {
            data: RefCell::new(data),
            changes: RefCell::default(),
        }
    }

    /// Returns the value of `name`.
    pub fn get(&self, name: &str) -> Option<Value> {
        self.data.borrow().get(name).cloned()
    }

    /// Returns the value of `name`, if it is of this type.
    pub fn get_as<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        serde_json::from_value(self.get(name)?).ok()
    }

    /// Sets the value of `name`.
    pub fn insert(&self, name: &str, value: impl Into<Value>) {
        let value = value.into();
        self.data
            .borrow_mut()
            .insert(name.to_owned(), value.clone());
        self.changes
            .borrow_mut()
            .push((name.to_owned(), Some(value)));
    }

    /// Removes `name` and returns its value.
    pub fn remove(&self, name: &str) -> Option<Value> {
        self.changes.borrow_mut().push((name.to_owned(), None));
        self.data.borrow_mut().remove(name)
    }

    pub(crate) fn into_changes(self) -> Changes {
        self.changes.into_inner()
    }
}

impl Session {
    /// Returns a copy of the data.
    pub fn data(&self) -> Data {
        self.state().data.clone()
    }

    /// Makes the changes of receivers.
    pub(crate) fn apply(&self, changes: Changes) {
        for (name, value) in changes {
            match value {
                Some(value) => self.insert(&name, value),
                None => {
                    self.remove(&name);
                }
            }
        }
    }
}
