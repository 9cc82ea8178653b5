//! Settings for a site behind a proxy: the headers with the host and port of the request, and the
//! path of the site.

use super::env::Env;

/// The `USE_X_FORWARDED_…` settings and `FORCE_SCRIPT_NAME`.
#[derive(Debug, Clone, Default)]
pub struct ProxySettings {
    /// `USE_X_FORWARDED_HOST`: takes the host of a request from `X-Forwarded-Host`, if the proxy
    /// sends that header.
    pub use_x_forwarded_host: bool,
    /// `USE_X_FORWARDED_PORT`: takes the port of a request from `X-Forwarded-Port`, if the proxy
    /// sends that header.
    pub use_x_forwarded_port: bool,
    /// `FORCE_SCRIPT_NAME`: the path under which the proxy serves this site, such as `/shop`,
    /// without a slash at the end; empty if the site is at the root. Every URL in a response begins
    /// with this path. The proxy may forward the path or strip it.
    pub script_name: String,
}

impl ProxySettings {
    pub(super) fn read(env: &Env, wrong: &mut Vec<String>) -> Self {
        let named = env
            .get("FORCE_SCRIPT_NAME")
            .unwrap_or_default()
            .trim_end_matches('/');
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte);
        let is_path = named.is_empty()
            || (named.starts_with('/') && !named.contains("//") && named.bytes().all(is_plain));
        if !is_path {
            env.complain(
                "FORCE_SCRIPT_NAME",
                "a path of letters, digits and -_.~, such as /shop",
                wrong,
            );
        }
        Self {
            use_x_forwarded_host: env.flag("USE_X_FORWARDED_HOST", false, wrong),
            use_x_forwarded_port: env.flag("USE_X_FORWARDED_PORT", false, wrong),
            script_name: if is_path {
                named.to_owned()
            } else {
                String::new()
            },
        }
    }
}
