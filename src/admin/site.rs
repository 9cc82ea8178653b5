//! [`AdminSite`]: the models of the admin, and its names.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::OnceLock;

use super::app_admin::{self, App, AppAdmin};
use super::changelist::{LastSize, LastSpans};
use super::dashboard::Tile;
use super::frame::RenderBaseSite;
use super::options::{ListColumn, Media, ModelAdmin, ModelUrls, Options};
use crate::http::Urls;
use crate::models::{AppConfig, ColumnPath, Meta, Model, install};
use crate::pages::Site;
use crate::records::Policy;
use crate::words::leaked;

/// A model in the admin.
#[derive(Debug)]
pub struct RegisteredModel {
    /// The model.
    pub model: &'static Meta,
    /// The options of its admin.
    pub options: Options,
    pub(super) last_spans: LastSpans,
    pub(super) last_size: LastSize,
    /// A column of a list for each field, made when first needed.
    field_columns: OnceLock<Vec<ListColumn>>,
}

/// A misplaced call, which `check` reports.
#[derive(Debug)]
pub(super) struct Misplaced {
    pub(super) model: &'static Meta,
    /// `register` for a model that is registered already, or `extend` for one that is not.
    pub(super) call: &'static str,
}

/// An admin site (Django's `AdminSite`).
#[derive(Debug)]
pub struct AdminSite {
    /// The header of every page. Default: the name of the project and "administration".
    pub site_header: &'static str,
    /// The end of every page's title. Default: the name of the project and "admin".
    pub site_title: &'static str,
    /// The URL of the logo beside the header. Default: that of the project; "" shows a cloud.
    pub logo: &'static str,
    /// The URL of the icon in the browser's tab. Default: that of the project.
    pub favicon: &'static str,
    /// The URL of a style sheet with other colours. Default: that of the project; "" for none.
    pub colors: &'static str,
    /// Style sheets and scripts for all pages of the admin.
    pub media: Media,
    /// Renders parts of the frame; see [`BaseSite`](super::frame::BaseSite).
    pub base_site: Option<RenderBaseSite>,
    /// The heading of the index page.
    pub index_title: &'static str,
    /// The target of "View site".
    pub site_url: &'static str,
    /// The text for empty values.
    pub empty_value_display: &'static str,
    registry: Vec<RegisteredModel>,
    pub(super) app_options: Vec<AppAdmin>,
    pub(super) misplaced: Vec<Misplaced>,
    /// The tiles of the start page.
    pub(super) tiles: Vec<&'static dyn Tile>,
    /// Computed with the first page.
    apps: OnceLock<Vec<App>>,
}

impl AdminSite {
    /// Creates a site without registrations, for the models of `apps`.
    pub fn new(apps: &'static [AppConfig]) -> Self {
        install(apps);
        Self {
            site_header: "",
            site_title: "",
            logo: "",
            favicon: "",
            colors: "",
            media: Media::NONE,
            base_site: None,
            index_title: "Site administration",
            site_url: "/",
            empty_value_display: "-",
            registry: Vec::new(),
            app_options: Vec::new(),
            misplaced: Vec::new(),
            tiles: Vec::new(),
            apps: OnceLock::new(),
        }
    }

    /// Sets options that the project's `register` left unset to those of the public pages.
    #[must_use]
    pub(crate) fn with_defaults_of(mut self, site: &Site) -> Self {
        let or = |own: &'static str, other: &'static str| if own.is_empty() { other } else { own };
        self.logo = or(self.logo, site.logo);
        self.favicon = or(self.favicon, site.favicon);
        self.colors = or(self.colors, site.colors);
        if self.site_header.is_empty() {
            self.site_header = leaked(format!("{} administration", site.name));
        }
        if self.site_title.is_empty() {
            self.site_title = leaked(format!("{} admin", site.name));
        }
        self
    }

    /// Registers a model with the options from `say`: `site.register::<Tag>(|it|
    /// it.search_fields((tag::name,)))`.
    ///
    /// Registering a model twice is an error of `nuages check`, because the second registration
    /// drops every option of the first. Call [`extend`](Self::extend) to add to a registration, or
    /// [`unregister`](Self::unregister) first to replace it.
    #[must_use]
    pub fn register<M: Model>(mut self, say: impl FnOnce(ModelAdmin<M>) -> ModelAdmin<M>) -> Self {
        let model = M::meta();
        let before = self.registry.len();
        self = self.unregister::<M>();
        if self.registry.len() < before {
            self.misplaced.push(Misplaced {
                model,
                call: "register",
            });
        }
        self.registry
            .push(RegisteredModel::new(model, say(ModelAdmin::new())));
        self
    }

    /// Adds the registrations of an app: `site.include(notes::admin::register)`.
    #[must_use]
    pub fn include(self, register: impl FnOnce(Self) -> Self) -> Self {
        register(self)
    }

    /// Adds options to a model that is registered already, such as the users of `accounts`. Other
    /// options are kept.
    ///
    /// ```
    /// use nuages::admin::AdminSite;
    /// use nuages::auth::User;
    /// use nuages::schema::auth_user;
    ///
    /// fn register(site: AdminSite) -> AdminSite {
    ///     nuages::accounts::admin::register(site)
    ///         .extend::<User>(|it| it.add_list_display((auth_user::date_joined,)))
    /// }
    /// ```
    #[must_use]
    pub fn extend<M: Model>(mut self, say: impl FnOnce(ModelAdmin<M>) -> ModelAdmin<M>) -> Self {
        let model = M::meta();
        if let Some(registered) = self
            .registry
            .iter_mut()
            .find(|registered| registered.model == model)
        {
            let options = std::mem::take(&mut registered.options);
            *registered = RegisteredModel::new(model, say(ModelAdmin::from_options(options)));
        } else {
            self.misplaced.push(Misplaced {
                model,
                call: "extend",
            });
            self.registry
                .push(RegisteredModel::new(model, say(ModelAdmin::new())));
        }
        self.apps = OnceLock::new();
        self
    }

    /// Removes a model from the site, for example to register it with other options. The rules of
    /// the model itself, such as those of users and groups, apply to any registration.
    #[must_use]
    pub fn unregister<M: Model>(mut self) -> Self {
        self.registry
            .retain(|registered| registered.model != M::meta());
        self.apps = OnceLock::new();
        self
    }

    /// Adds a tile to the start page: `site.tile(&SalesByDay)`. See [`dashboard`](super::dashboard).
    #[must_use]
    pub fn tile(mut self, tile: &'static dyn Tile) -> Self {
        self.tiles.push(tile);
        self
    }

    /// Sets the options of an app in menus, and replaces earlier ones.
    ///
    /// ```
    /// use nuages::admin::{APP, AdminSite, AppAdmin};
    ///
    /// let mut site = AdminSite::new(&[APP]).app(AppAdmin::new("orders").icon("cart").order(1));
    /// site.site_header = "The back office";
    /// ```
    #[must_use]
    pub fn app(mut self, app: AppAdmin) -> Self {
        self.app_options.retain(|other| other.label != app.label);
        self.app_options.push(app);
        self.apps = OnceLock::new();
        self
    }

    /// Returns the model at `/admin/<app>/<model>/`.
    pub fn find(&self, app: &str, model: &str) -> Option<&RegisteredModel> {
        self.registry
            .iter()
            .find(|registered| registered.model.app == app && registered.model.name == model)
    }

    /// Returns the model with this label: `catalog.product`.
    pub(super) fn find_by_label(&self, label: &str) -> Option<&RegisteredModel> {
        let (app, model) = label.split_once('.')?;
        self.find(app, model)
    }

    /// Returns the style sheets and scripts of the page at `path`: those of the site, and those of the model.
    pub(super) fn media_at(&self, path: &str) -> Vec<Media> {
        let mut parts = path.split('/').skip(2);
        let of_model = parts
            .next()
            .zip(parts.next())
            .and_then(|(app, model)| self.find(app, model))
            .map(|registered| registered.options.media);
        [self.media].into_iter().chain(of_model).collect()
    }

    /// Returns the registration of `model`, if there is one.
    pub fn registered(&self, model: &Meta) -> Option<&RegisteredModel> {
        self.registry
            .iter()
            .find(|registered| registered.model == model)
    }

    /// Returns the policy of the rows of `model`, also if the admin does not show the model.
    pub fn policy(&self, model: &'static Meta) -> Policy<'_> {
        self.registered(model)
            .map_or_else(|| Policy::new(model), RegisteredModel::policy)
    }

    /// Returns the pages of the site author below the URLs of the models (`get_urls`).
    pub(crate) fn own_urls(&self) -> Urls {
        let models = self.registry.iter();
        models.fold(Urls::default(), |urls, registered| {
            match registered.options.request.get_urls {
                Some(hook) => urls.include(hook(ModelUrls::new(registered.model)).into_urls()),
                None => urls,
            }
        })
    }

    /// Returns every registered model, in the order of registration.
    pub fn models(&self) -> &[RegisteredModel] {
        &self.registry
    }

    /// Returns the apps in menu order: by name, unless [`app`](Self::app) sets another order.
    pub fn apps(&self) -> &[App] {
        self.apps
            .get_or_init(|| app_admin::apps(&self.registry, &self.app_options))
    }

    /// Returns the models of `app`, by name.
    pub fn models_of<'a>(&'a self, app: &'a App) -> impl Iterator<Item = &'a RegisteredModel> {
        app.models.iter().filter_map(|at| self.registry.get(*at))
    }
}

impl RegisteredModel {
    fn new<M: Model>(model: &'static Meta, admin: ModelAdmin<M>) -> Self {
        Self {
            model,
            options: admin.into_options(),
            last_spans: LastSpans::default(),
            last_size: LastSize::default(),
            field_columns: OnceLock::new(),
        }
    }

    /// Returns a column of a list for each field of the model that is not secret.
    pub(super) fn field_columns(&self) -> &[ListColumn] {
        self.field_columns.get_or_init(|| {
            let fields = self.model.fields.iter().filter(|field| !field.secret);
            fields
                .map(|field| ListColumn::Field(ColumnPath::own(field.column)))
                .collect()
        })
    }

    /// Returns the rules for the rows of the model.
    pub fn policy(&self) -> Policy<'_> {
        self.options.policy(self.model)
    }

    /// Returns the URL of the list: `/admin/catalog/product/`.
    pub fn url(&self) -> String {
        format!("/admin/{}/{}/", self.model.app, self.model.name)
    }

    /// Returns the URL of a page of one of its rows: `/admin/catalog/product/7/change/`.
    pub fn object_url(&self, pk: &str, page: &str) -> String {
        format!(
            "/admin/{}/{}/{}/{page}/",
            self.model.app,
            self.model.name,
            quote(pk)
        )
    }
}

/// Characters with a special meaning in a URL.
const SPECIAL: &str = "\":/_#?;@&=+$,[]<>%\n\\";

/// Quotes a primary key for a URL (Django's `quote`): each special byte becomes `_` and two hex
/// digits.
pub fn quote(pk: &str) -> Cow<'_, str> {
    if pk.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Cow::Borrowed(pk);
    }
    let mut quoted = String::with_capacity(pk.len());
    for c in pk.chars() {
        if SPECIAL.contains(c) {
            let _ = write!(quoted, "_{:02X}", u32::from(c));
        } else {
            quoted.push(c);
        }
    }
    Cow::Owned(quoted)
}

/// Returns the primary key that was quoted by [`quote`].
pub fn unquote(part: &str) -> String {
    let mut plain = String::with_capacity(part.len());
    let mut rest = part;
    while let Some(at) = rest.find('_') {
        plain.push_str(&rest[..at]);
        // Decode only codes that `quote` writes: `1_00` is a hundred in Python.
        let code = SPECIAL
            .chars()
            .find(|c| rest[at + 1..].starts_with(&format!("{:02X}", u32::from(*c))));
        if let Some(code) = code {
            plain.push(code);
            rest = &rest[at + 3..];
        } else {
            plain.push('_');
            rest = &rest[at + 1..];
        }
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use super::{quote, unquote};

    /// Texts with the results of Django's `quote` and `unquote`.
    #[test]
    fn primary_keys_are_quoted_as_in_django() {
        for (text, quoted, unquoted) in [
            ("", "", ""),
            ("abc", "abc", "abc"),
            ("a_b", "a_5Fb", "a_b"),
            ("a/b", "a_2Fb", "a/b"),
            ("1_00", "1_5F00", "1_00"),
            ("_5F", "_5F5F", "_"),
            ("_2f", "_5F2f", "_2f"),
            ("_0A", "_5F0A", "\n"),
            ("_ZZ", "_5FZZ", "_ZZ"),
            ("__", "_5F_5F", "__"),
            ("ü", "ü", "ü"),
            ("a b\tc", "a b\tc", "a b\tc"),
            ("100%", "100_25", "100%"),
            ("\0", "\0", "\0"),
            (
                "\":/_#?;@&=+$,\"[]<>%\n\\",
                "_22_3A_2F_5F_23_3F_3B_40_26_3D_2B_24_2C_22_5B_5D_3C_3E_25_0A_5C",
                "\":/_#?;@&=+$,\"[]<>%\n\\",
            ),
        ] {
            assert_eq!(quote(text), quoted, "{text:?}");
            assert_eq!(unquote(text), unquoted, "{text:?}");
            assert_eq!(unquote(&quote(text)), text, "{text:?} and back");
        }
    }

    proptest::proptest! {
        #[test]
        fn every_primary_key_survives_its_url(text: String) {
            proptest::prop_assert_eq!(unquote(&quote(&text)), text);
        }
    }
}
