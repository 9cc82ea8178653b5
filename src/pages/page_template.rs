//! [`PageTemplate`]: a template of a site for one page of the framework.

use std::any::Any;
use std::fmt;

/// The blocks `title`, `head` and `content` of a page.
pub type Blocks = [String; 3];

/// A template of a site that takes the place of the framework's for the page `P`, such as
/// the login page.
///
/// The template gets the data of the page, so a mistake in it does not compile:
///
/// ```
/// use askama::Template;
/// use nuages::accounts::pages::Login;
/// use nuages::framed;
/// use nuages::pages::{Framed as _, Page, PageTemplate};
///
/// #[derive(Template)]
/// #[template(
///     source = "{% block title %}Come in{% endblock %}{% block head %}{% endblock %}\
///               {% block content %}<p>Then go on to {{ login.next }}</p>{% endblock %}",
///     ext = "html",
///     blocks = ["title", "head", "content"]
/// )]
/// struct ComeIn<'a> {
///     page: &'a Page,
///     login: &'a Login,
/// }
///
/// framed!(ComeIn<'_>);
///
/// static LOGIN: PageTemplate<Login> =
///     PageTemplate::new(|login| ComeIn { page: &login.page, login }.blocks());
/// ```
///
/// The project names it: `Project::new(…).templates(&[&LOGIN])`. The page appears inside the frame of the site.
pub struct PageTemplate<P>(fn(&P) -> askama::Result<Blocks>);

impl<P> PageTemplate<P> {
    /// Creates the template from a function that renders the blocks of the page.
    pub const fn new(render: fn(&P) -> askama::Result<Blocks>) -> Self {
        Self(render)
    }
}

impl<P> fmt::Debug for PageTemplate<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::any::type_name::<P>())
    }
}

/// A [`PageTemplate`] for any page.
pub trait AnyPageTemplate: Sync {
    /// Renders the blocks of `page`, if this is its template.
    fn blocks(&self, page: &dyn Any) -> Option<askama::Result<Blocks>>;
}

impl<P: 'static> AnyPageTemplate for PageTemplate<P> {
    fn blocks(&self, page: &dyn Any) -> Option<askama::Result<Blocks>> {
        page.downcast_ref().map(self.0)
    }
}
