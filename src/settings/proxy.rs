//! Behind a proxy: which host and port visitors asked for, and below which path the site is.

use super::env::Env;

/// The `USE_X_FORWARDED_…` settings and `FORCE_SCRIPT_NAME`.
#[derive(Debug, Clone, Default)]
pub struct ProxySettings {
    /// `USE_X_FORWARDED_HOST`: the host of a request is in `X-Forwarded-Host`, if the proxy sends that header.
    pub use_x_forwarded_host: bool,
    /// `USE_X_FORWARDED_PORT`: the port of a request is in `X-Forwarded-Port`, if the proxy sends that header.
    pub use_x_forwarded_port: bool,
    /// `FORCE_SCRIPT_NAME`: the path below which the proxy serves this site, such as `/shop`. It has no slash at its end,
    /// and is empty if the site is at the root. Every URL that leaves the site begins with it. The proxy may pass it on
    /// or strip it.
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
