//! The add and change form.

mod shape;
