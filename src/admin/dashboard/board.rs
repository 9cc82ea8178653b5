//! [`Board`]: the tiles of the start page, loaded at the same time, each within its budget.

use futures_util::future::join_all;

use super::chart::{Bar, bars};
use super::{Range, Tile, TileContent, TileRequest};
use crate::admin::AdminRequest;

/// A tile, for the template.
#[derive(Debug)]
pub(in crate::admin) struct ShownTile {
    pub(in crate::admin) title: &'static str,
    /// The content; `None` if it took too long or could not be loaded.
    pub(in crate::admin) content: Option<TileContent>,
    pub(in crate::admin) bars: Vec<Bar>,
}

/// A choice of the range.
#[derive(Debug)]
pub(in crate::admin) struct RangeLink {
    pub(in crate::admin) name: &'static str,
    pub(in crate::admin) words: &'static str,
    pub(in crate::admin) is_here: bool,
}

/// The tiles that the user may see.
#[derive(Debug, Default)]
pub(in crate::admin) struct Board {
    pub(in crate::admin) tiles: Vec<ShownTile>,
    pub(in crate::admin) ranges: Vec<RangeLink>,
}

impl Board {
    /// Loads the tiles of the models that the user may view.
    pub(in crate::admin) async fn load(request: &AdminRequest) -> Self {
        let visible = request.site.tiles.iter().copied().filter(|tile| {
            let registered = request.site.registered(tile.model());
            registered.is_some_and(|registered| {
                // A tile counts all rows, so hide it from users who may see only some of them.
                request.may(registered, "view", None) && request.sees_all_rows(registered)
            })
        });
        let visible: Vec<&'static dyn Tile> = visible.collect();
        if visible.is_empty() {
            return Self::default();
        }

        let asked = request.query.get("range").unwrap_or_default();
        let range = Range::new(asked, request.settings.time_zone);
        let tiles = visible.into_iter().map(|tile| one(request, tile, range));
        let shown = join_all(tiles).await;
        let ranges = Range::ALL.iter().map(|(name, words)| RangeLink {
            name,
            words,
            is_here: *name == range.name(),
        });
        Self {
            tiles: shown,
            ranges: ranges.collect(),
        }
    }
}

async fn one(request: &AdminRequest, tile: &'static dyn Tile, range: Range) -> ShownTile {
    let about = TileRequest {
        user: (*request.user).clone(),
        range,
        settings: (**request.settings).clone(),
    };
    let loaded = request
        .db
        .run(move |conn| conn.within(tile.budget(), |conn| tile.load(conn, &about)))
        .await;
    // A tile must not hold up the page, and must not break it.
    let name = tile.title();
    let content = match loaded {
        Ok(Some(content)) => Some(content),
        Ok(None) => {
            log::warn!(target: "nuages.admin", "the tile “{name}” took too long and was left out");
            None
        }
        Err(error) => {
            log::error!(target: "nuages.admin", "the tile “{name}” could not be loaded: {error}");
            None
        }
    };
    ShownTile {
        title: name,
        bars: content
            .as_ref()
            .map(|content| bars(&content.points))
            .unwrap_or_default(),
        content,
    }
}
