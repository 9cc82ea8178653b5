//! The values and errors of every kind of form field, beside those of Django's forms.

use chrono_tz::Tz;
use diesel::prelude::*;
use nuages::forms::model::{ModelField, Typed, clean};
use nuages::models::{Description, Model};
use serde_json::{Value, json};

use super::project::Django;
use crate::support::{Database, Kind};

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Double, Integer, Nullable, SmallInt, Text, Time};
    use nuages::db::sql_types::{Decimal, Json, TimestampTz, Uuid};

    catalog_sample (id) {
        id -> BigInt,
        name -> Text,
        nickname -> Text,
        label -> Text,
        email -> Text,
        site -> Text,
        notes -> Text,
        count -> Integer,
        small -> Nullable<SmallInt>,
        big -> Nullable<BigInt>,
        stock -> Integer,
        price -> Decimal,
        share -> Nullable<Decimal>,
        weight -> Double,
        is_open -> Bool,
        is_known -> Nullable<Bool>,
        day -> Date,
        hour -> Time,
        moment -> TimestampTz,
        code -> Uuid,
        extra -> Nullable<Json>,
        state -> Text,
    }
}

#[derive(Identifiable)]
#[diesel(table_name = catalog_sample)]
pub(super) struct Sample {
    id: i64,
}

impl Model for Sample {
    fn describe(it: Description<Self>) -> Description<Self> {
        use catalog_sample as sample;
        it.field(sample::name, |field| field.max_length(10))
            .field(sample::nickname, |field| field.max_length(10).blank())
            .field(sample::label, |field| field.slug(20))
            .field(sample::email, |field| field.email(40))
            .field(sample::site, |field| field.url(60))
            .field(sample::notes, |field| field.blank())
            .field(sample::small, |field| field.blank())
            .field(sample::big, |field| field.blank())
            .field(sample::stock, |field| field.positive())
            .field(sample::price, |field| field.decimal(6, 2))
            .field(sample::share, |field| field.decimal(3, 3).blank())
            .field(sample::is_known, |field| field.blank())
            .field(sample::extra, |field| field.blank())
            .field(sample::state, |field| {
                field
                    .max_length(5)
                    .choices(&[("open", "Open"), ("done", "Done")])
            })
    }
}

/// Returns a script that defines Django's model, reads `ours`, and then does `rest`.
pub(super) fn script(ours: &Value, rest: &str) -> String {
    let ours = json!(ours.to_string());
    format!("OURS = {ours}\n{}\n{rest}", include_str!("sample.py"))
}

/// Numbers that every numeric field is asked to clean.
const NUMBERS: [&str; 40] = [
    "0",
    "-0",
    "+5",
    " 7 ",
    "\u{a0}8\u{a0}",
    "1_000",
    "_1",
    "1__0",
    "٣",
    "007",
    "1.0",
    "1.50",
    "2.",
    ".5",
    "1,5",
    "1e2",
    "1E-2",
    "-3",
    "99999",
    "999999.99",
    "9999.99",
    "1234.567",
    "0.0001",
    "0.123",
    "32767",
    "32768",
    "-32769",
    "2147483647",
    "2147483648",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775809",
    "NaN",
    "Infinity",
    "-inf",
    "0x10",
    "ten",
    "--1",
    "1 2",
    "",
];

/// Texts by field; each is sent as the only value.
const TEXTS: [(&str, &[&str]); 13] = [
    (
        "name",
        &[
            "Lamp",
            "  Lamp  ",
            "",
            "   ",
            "0123456789",
            "01234567890",
            "  0123456789 ",
            "éééééééééé",
            "ééééééééééé",
            "🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀",
            "a\u{0}b",
            "\u{3000}x\u{3000}",
            "\u{200b}",
            "a\nb",
        ],
    ),
    ("nickname", &["", "  ", "Al", "01234567890"]),
    (
        "label",
        &[
            "a-b_c",
            "A1",
            "a b",
            "é",
            "a/b",
            "",
            "-",
            "_",
            "012345678901234567890",
            "a\n",
            "a.",
        ],
    ),
    (
        "email",
        &[
            "a@example.com",
            " a@example.com ",
            "A@EXAMPLE.com",
            "a@b",
            "a@localhost",
            "a b@example.com",
            "a@exa mple.com",
            "@example.com",
            "a@",
            "a@@example.com",
            "\"a b\"@example.com",
            "a@[192.0.2.1]",
            "a@[IPv6:::1]",
            "a@[300.0.0.1]",
            "a@-example.com",
            "a@example-.com",
            "a@example.c",
            "a@example.com.",
            "a..b@example.com",
            ".a@example.com",
            "a.@example.com",
            "ü@example.com",
            "a@exämple.com",
            "a@example.köln",
            "a+b!#$%&'*/=?^_`{|}~-@example.com",
            "a,b@example.com",
            "a@example.com, b@example.com",
            "0123456789012345678901234567@example.com",
            "01234567890123456789012345678@example.com",
            "",
        ],
    ),
    (
        "site",
        &[
            "https://example.com",
            "http://example.com/a?b=c#d",
            " https://example.com ",
            "HTTPS://EXAMPLE.COM/",
            "ftp://example.com",
            "ftps://example.com",
            "mailto:a@example.com",
            "javascript:alert(1)",
            "https://",
            "https:///a",
            "https://localhost",
            "https://localhost:8000/x",
            "https://example",
            "https://example.com:99999",
            "https://example.com:0",
            "https://example.com:80a",
            "https://192.0.2.1/",
            "https://192.0.2.256/",
            "https://[2001:db8::1]/",
            "https://[2001:db8::g]/",
            "https://[::1",
            "https://user:pw@example.com/",
            "https://us er@example.com/",
            "https://exa mple.com",
            "https://example.com/a b",
            "https://example.com/ä",
            "https://exämple.com/",
            "https://-example.com",
            "https://example-.com",
            "https://example.c",
            "https://example..com",
            "https://.example.com",
            "https://example.com.",
            "https://a.b.c.example.com/x",
            "https://example.com/0123456789012345678901234567890123456789",
            "https://example.com/01234567890123456789012345678901234567890",
            "",
        ],
    ),
    ("notes", &["", " a\n b ", "\r\n", "a\r\nb"]),
    (
        "is_known",
        &[
            "unknown", "true", "false", "True", "False", "1", "0", "2", "3", "", "yes", "on",
            "null",
        ],
    ),
    (
        "day",
        &[
            "2025-01-02",
            " 2025-01-02 ",
            "2025-1-2",
            "01/02/2025",
            "1/2/2025",
            "13/01/2025",
            "01/02/25",
            "01/02/68",
            "01/02/69",
            "Jan 2 2025",
            "jan 2, 2025",
            "2 Jan 2025",
            "2 January, 2025",
            "January 2, 2025",
            "Sept 2 2025",
            "2024-02-29",
            "2025-02-29",
            "0001-01-01",
            "0000-01-01",
            "9999-12-31",
            "10000-01-01",
            "2025-01-02T00:00",
            "2025/01/02",
            "20250102",
            "today",
            "٢٠٢٥-٠١-٠٢",
            "",
        ],
    ),
    (
        "hour",
        &[
            "01:02",
            "1:2",
            "01:02:03",
            " 01:02 ",
            "23:59:59",
            "24:00",
            "12:60",
            "12:00:60",
            "12",
            "1:02 PM",
            "01:02:03+00:00",
            "noon",
            "",
        ],
    ),
    (
        "code",
        &[
            "12345678-1234-5678-1234-567812345678",
            "12345678123456781234567812345678",
            "{12345678-1234-5678-1234-567812345678}",
            "urn:uuid:12345678-1234-5678-1234-567812345678",
            "1234-5678123456781234567812345678",
            "ABCDEFAB-CDEF-ABCD-EFAB-CDEFABCDEFAB",
            " 12345678123456781234567812345678 ",
            "1234567812345678123456781234567",
            "g2345678123456781234567812345678",
            "",
        ],
    ),
    (
        "extra",
        &[
            "{}",
            "[1, 2.5, \"a\", null, true]",
            " {\"a\": {\"b\": [1]}} ",
            "\"text\"",
            "0",
            "null",
            "tru",
            "{'a': 1}",
            "[1,]",
            "{\"a\": 1, \"a\": 2}",
            "",
        ],
    ),
    ("state", &["open", "done", "Open", " open", "gone", ""]),
    ("is_open", &["on", "true", "false", "False", "0", "x", ""]),
];

/// Dates and times, which are sent as two values.
const MOMENTS: [[&str; 2]; 14] = [
    ["2025-01-02", "03:04"],
    ["2025-01-02", "03:04:05"],
    [" 2025-01-02 ", " 03:04 "],
    ["01/02/2025", "23:59:59"],
    ["2025-01-02", ""],
    ["", "03:04"],
    ["", ""],
    ["x", "03:04"],
    ["2025-01-02", "x"],
    ["x", "y"],
    ["2025-02-30", "24:00"],
    ["0001-01-01", "00:00"],
    ["9999-12-31", "23:59:59"],
    ["Jan 2 2025", "1:2"],
];

const NUMERIC: [&str; 7] = ["count", "small", "big", "stock", "price", "share", "weight"];

fn ours(name: &str, texts: &[&str]) -> Value {
    let field = ModelField::find(Sample::meta(), name).unwrap();
    let typed = Typed(texts.iter().map(|text| (*text).to_owned()).collect());
    match clean(field, &typed, Tz::UTC) {
        Err(errors) => json!({ "errors": errors }),
        Ok(cleaned) => match cleaned.one() {
            Some(nuages::db::Value::Json(document)) => json!({ "value": *document.0 }),
            Some(nuages::db::Value::Double(number)) => json!({ "value": number }),
            Some(value) if value.is_null() && name == "extra" => json!({ "value": null }),
            value => json!({ "value": value.map(ToString::to_string).unwrap_or_default() }),
        },
    }
}

fn values_and_errors_of_forms_are_djangos(kind: Kind, django: &Django) {
    let database = Database::migrated(kind);
    let mut asked: Vec<(&str, Vec<&str>)> = Vec::new();
    for name in NUMERIC {
        asked.extend(NUMBERS.iter().map(|text| (name, vec![*text])));
    }
    for (name, texts) in TEXTS {
        asked.extend(texts.iter().map(|text| (name, vec![*text])));
    }
    asked.extend(MOMENTS.iter().map(|texts| ("moment", texts.to_vec())));
    let script = script(&json!(asked), include_str!("cleaning.py"));

    let answered: Vec<Value> = serde_json::from_str(&django.shell(&database, &script)).unwrap();

    assert_eq!(answered.len(), asked.len());
    // On SQLite, Django accepts numbers that the column could not hold on PostgreSQL.
    let is_out_of_range =
        |ours: &Value| kind == Kind::Sqlite && ours.to_string().contains("Ensure this value is");
    let differences: Vec<String> = asked
        .iter()
        .zip(&answered)
        .map(|((name, texts), theirs)| (name, texts, ours(name, texts), theirs))
        .filter(|(_, _, ours, theirs)| ours != *theirs && !is_out_of_range(ours))
        .map(|(name, texts, ours, theirs)| format!("{name} {texts:?}: {ours}, Django {theirs}"))
        .collect();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}
with_django!(values_and_errors_of_forms_are_djangos);
