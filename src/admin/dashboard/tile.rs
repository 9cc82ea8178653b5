//! [`Tile`]: a part of the admin's start page.

use std::fmt;
use std::time::Duration;

use super::Range;
use crate::auth::User;
use crate::db::Conn;
use crate::error::Result;
use crate::models::Meta;
use crate::settings::Settings;

/// A part of the admin's start page. See the [module](super) for an example.
pub trait Tile: fmt::Debug + Sync {
    /// Returns the heading.
    fn title(&self) -> &'static str;

    /// Returns the model whose rows the tile is about. Only users who may view it see the tile.
    fn model(&self) -> &'static Meta;

    /// Loads the content. It only reads.
    fn load(&self, conn: &mut Conn, request: &TileRequest) -> Result<TileContent>;

    /// Returns how long each statement may take; after that the page says that the tile was left out.
    fn budget(&self) -> Duration {
        Duration::from_millis(250)
    }
}

/// The user and the range for which a tile is loaded.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct TileRequest {
    /// The user.
    pub user: User,
    /// The days or months to look at.
    pub range: Range,
    /// The settings of the site.
    pub settings: Settings,
}

/// A point of a chart.
#[derive(Debug, Clone, PartialEq)]
pub struct TilePoint {
    /// The label: `Mar. 4`.
    pub label: String,
    /// The value, which decides about the height of the bar.
    pub value: f64,
    /// The value for people: `303.33`.
    pub text: String,
    /// The URL of the rows behind it; "" for none.
    pub url: String,
}

/// A row of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TileRow {
    /// The text.
    pub text: String,
    /// The value at its end.
    pub value: String,
    /// The URL of the row; "" for none.
    pub url: String,
}

/// The content of a tile: a number, a list or a chart.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct TileContent {
    /// The number in large type; "" for none.
    pub number: String,
    /// Words beside the number, or above the list.
    pub note: String,
    /// The points of the chart.
    pub points: Vec<TilePoint>,
    /// The rows of the list.
    pub rows: Vec<TileRow>,
    /// The heading of the labels and of the values, in the table of a chart or a list.
    pub heads: (String, String),
    /// The URL of the list with these rows; "" for none.
    pub url: String,
    /// The words of a tile that has neither points nor rows.
    pub empty: String,
}

impl TileContent {
    /// Creates a number.
    pub fn number(number: impl fmt::Display) -> Self {
        Self {
            number: number.to_string(),
            ..Self::default()
        }
    }

    /// Creates a list, with the headings of its two columns.
    pub fn list(heads: (&str, &str), rows: Vec<TileRow>) -> Self {
        Self {
            rows,
            heads: (heads.0.to_owned(), heads.1.to_owned()),
            ..Self::default()
        }
    }

    /// Creates a chart, with the headings of its labels and values in the table behind it.
    pub fn chart(heads: (&str, &str), points: Vec<TilePoint>) -> Self {
        Self {
            points,
            heads: (heads.0.to_owned(), heads.1.to_owned()),
            ..Self::default()
        }
    }

    /// Sets the number in large type.
    #[must_use]
    pub fn headline(mut self, number: impl fmt::Display) -> Self {
        self.number = number.to_string();
        self
    }

    /// Sets words beside the number, or above the list.
    #[must_use]
    pub fn note(mut self, words: impl Into<String>) -> Self {
        self.note = words.into();
        self
    }

    /// Sets the URL of the list with these rows.
    #[must_use]
    pub fn url(mut self, url: impl Into<String>) -> Self {
        self.url = url.into();
        self
    }

    /// Sets what the tile says if there is nothing to show.
    #[must_use]
    pub fn empty(mut self, words: impl Into<String>) -> Self {
        self.empty = words.into();
        self
    }
}
