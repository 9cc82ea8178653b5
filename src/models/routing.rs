//! Databases of models, as the router of the site chooses them.

use super::Model;
use crate::db::Db;
use crate::error::Result;

impl Db {
    /// Returns the database that rows of `M` are read from: `db.for_read::<Post>()?.run(…)`.
    ///
    /// A page that must show what its visitor has just saved reads from
    /// [`for_write`](Self::for_write).
    pub fn for_read<M: Model>(&self) -> Result<Self> {
        let meta = M::meta();
        self.using(self.router().read_name(meta.app, &meta.name))
    }

    /// Returns the database that rows of `M` are written to.
    pub fn for_write<M: Model>(&self) -> Result<Self> {
        let meta = M::meta();
        self.using(self.router().write_name(meta.app, &meta.name))
    }
}
