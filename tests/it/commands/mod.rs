//! `nuages COMMAND`

mod loaddata;
mod migrate;
mod quickstart;
mod small;
