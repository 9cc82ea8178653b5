//! What a model says about itself.

mod app;
pub mod content_types;

pub use app::{AppConfig, ModelName};
