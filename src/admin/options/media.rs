//! [`Media`]: style sheets and scripts of a site author.

/// Style sheets and scripts for pages of the admin (Django's `Media`). The URLs should be those of static files, because
/// the content security policy forbids other servers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Media {
    /// The URLs of style sheets, which come after those of the admin.
    pub css: &'static [&'static str],
    /// The URLs of scripts, which are loaded as modules.
    pub js: &'static [&'static str],
}

impl Media {
    /// No style sheets and scripts.
    pub const NONE: Self = Self { css: &[], js: &[] };
}
