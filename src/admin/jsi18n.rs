//! The translation script of Django's admin; here it returns every text unchanged.

use actix_web::HttpResponse;

use crate::http::text;

const SCRIPT: &str = r#""use strict";
{
  const formats = {
    DATE_FORMAT: "N j, Y", DATETIME_FORMAT: "N j, Y, P", TIME_FORMAT: "P", YEAR_MONTH_FORMAT: "F Y",
    MONTH_DAY_FORMAT: "F j", SHORT_DATE_FORMAT: "m/d/Y", SHORT_DATETIME_FORMAT: "m/d/Y P", FIRST_DAY_OF_WEEK: 0,
    DECIMAL_SEPARATOR: ".", THOUSAND_SEPARATOR: ",", NUMBER_GROUPING: 3,
    DATE_INPUT_FORMATS: ["%Y-%m-%d"], TIME_INPUT_FORMATS: ["%H:%M:%S", "%H:%M"],
    DATETIME_INPUT_FORMATS: ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"],
  };
  const pick = (one, many, count) => (Number(count) === 1 ? one : many);
  const django = Object.assign(window.django || {}, {
    catalog: {}, formats, jsi18n_initialized: true,
    pluralidx: (count) => (Number(count) === 1 ? 0 : 1),
    gettext: (text) => text, gettext_noop: (text) => text, pgettext: (_, text) => text,
    ngettext: pick, npgettext: (_, one, many, count) => pick(one, many, count),
    interpolate: (text, values, named) => {
      let at = 0;
      return named ? text.replace(/%\((\w+)\)s/g, (_, key) => String(values[key]))
        : text.replace(/%s/g, () => String(values[at++]));
    },
    get_format: (name) => (name in formats ? formats[name] : name),
  });
  window.django = django;
  for (const name of ["pluralidx", "gettext", "ngettext", "pgettext", "npgettext", "gettext_noop", "interpolate", "get_format"]) {
    window[name] = django[name];
  }
}
"#;

/// `GET /admin/jsi18n/`
pub(super) async fn jsi18n() -> HttpResponse {
    text("text/javascript; charset=\"utf-8\"", SCRIPT.to_owned())
}
