//! `nuages COMMAND`

mod django_version;
mod loaddata;
mod migrate;
mod quickstart;
mod small;
