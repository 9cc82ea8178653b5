//! Finds settings of Django that Nuages does not support: a user who sets one in `.env` expects an
//! effect.

use crate::settings::Env;

/// The settings of Django 5.2 to 6.1 that Nuages ignores.
const IGNORED: [&str; 98] = [
    "ABSOLUTE_URL_OVERRIDES",
    "ADMINS",
    "AUTHENTICATION_BACKENDS",
    "AUTH_PASSWORD_VALIDATORS",
    "AUTH_USER_MODEL",
    "CACHES",
    "CACHE_MIDDLEWARE_ALIAS",
    "CACHE_MIDDLEWARE_KEY_PREFIX",
    "CACHE_MIDDLEWARE_SECONDS",
    "CSRF_FAILURE_VIEW",
    "CSRF_USE_SESSIONS",
    "DATABASES",
    "DATABASE_ROUTERS",
    "DATA_UPLOAD_MAX_NUMBER_FILES",
    "DATETIME_FORMAT",
    "DATETIME_INPUT_FORMATS",
    "DATE_FORMAT",
    "DATE_INPUT_FORMATS",
    "DEBUG_PROPAGATE_EXCEPTIONS",
    "DECIMAL_SEPARATOR",
    "DEFAULT_AUTO_FIELD",
    "DEFAULT_CHARSET",
    "DEFAULT_EXCEPTION_REPORTER",
    "DEFAULT_EXCEPTION_REPORTER_FILTER",
    "DEFAULT_INDEX_TABLESPACE",
    "DEFAULT_TABLESPACE",
    "DISALLOWED_USER_AGENTS",
    "EMAIL_SSL_CERTFILE",
    "EMAIL_SSL_KEYFILE",
    "EMAIL_SUBJECT_PREFIX",
    "EMAIL_USE_LOCALTIME",
    "FILE_UPLOAD_DIRECTORY_PERMISSIONS",
    "FILE_UPLOAD_HANDLERS",
    "FILE_UPLOAD_MAX_MEMORY_SIZE",
    "FILE_UPLOAD_PERMISSIONS",
    "FILE_UPLOAD_TEMP_DIR",
    "FIRST_DAY_OF_WEEK",
    "FIXTURE_DIRS",
    "FORMAT_MODULE_PATH",
    "FORM_RENDERER",
    "IGNORABLE_404_URLS",
    "INSTALLED_APPS",
    "INTERNAL_IPS",
    "LANGUAGES",
    "LANGUAGES_BIDI",
    "LANGUAGE_CODE",
    "LANGUAGE_COOKIE_AGE",
    "LANGUAGE_COOKIE_DOMAIN",
    "LANGUAGE_COOKIE_HTTPONLY",
    "LANGUAGE_COOKIE_NAME",
    "LANGUAGE_COOKIE_PATH",
    "LANGUAGE_COOKIE_SAMESITE",
    "LANGUAGE_COOKIE_SECURE",
    "LOCALE_PATHS",
    "LOGGING",
    "LOGGING_CONFIG",
    "LOGIN_URL",
    "LOGOUT_REDIRECT_URL",
    "MANAGERS",
    "MEDIA_URL",
    "MESSAGE_STORAGE",
    "MIDDLEWARE",
    "MIGRATION_MODULES",
    "MONTH_DAY_FORMAT",
    "NUMBER_GROUPING",
    "PASSWORD_HASHERS",
    "PREPEND_WWW",
    "SECURE_REDIRECT_EXEMPT",
    "SERVER_EMAIL",
    "SESSION_CACHE_ALIAS",
    "SESSION_ENGINE",
    "SESSION_FILE_PATH",
    "SESSION_SERIALIZER",
    "SHORT_DATETIME_FORMAT",
    "SHORT_DATE_FORMAT",
    "SIGNED_COOKIE_LEGACY_SALT_FALLBACK",
    "SIGNING_BACKEND",
    "SILENCED_SYSTEM_CHECKS",
    "SITE_ID",
    "STATICFILES_DIRS",
    "STATICFILES_FINDERS",
    "STATIC_ROOT",
    "STATIC_URL",
    "STORAGES",
    "TASKS",
    "TEMPLATES",
    "TEST_NON_SERIALIZED_APPS",
    "TEST_RUNNER",
    "THOUSAND_SEPARATOR",
    "TIME_FORMAT",
    "TIME_INPUT_FORMATS",
    "URLIZE_ASSUME_HTTPS",
    "USE_BLANK_CHOICE_DASH",
    "USE_I18N",
    "USE_THOUSAND_SEPARATOR",
    "USE_TZ",
    "WSGI_APPLICATION",
    "YEAR_MONTH_FORMAT",
];

/// Returns a warning for each setting of Django in the environment or `.env` that Nuages ignores.
pub(super) fn warnings(env: &Env) -> Vec<String> {
    let mut ignored: Vec<&str> = env.names().filter(|name| IGNORED.contains(name)).collect();
    ignored.sort_unstable();
    let warning = |name| {
        format!(
            "WARNING (nuages.W002) {name} is a setting of Django that Nuages does not have: it is ignored. Remove it from \
             .env and the environment."
        )
    };
    ignored.into_iter().map(warning).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_of_django_that_are_ignored_are_named() {
        let env = Env::from_pairs(&[
            ("USE_I18N", "1"),
            ("DEBUG", "1"),
            ("PATH", "/bin"),
            ("CACHES", "{}"),
        ]);
        let warnings = warnings(&env);
        assert_eq!(warnings.len(), 2, "{warnings:?}");
        assert!(
            warnings[0].contains("CACHES is a setting") && warnings[1].contains("USE_I18N is"),
            "{warnings:?}"
        );
    }
}
