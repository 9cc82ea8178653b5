//! The rows that lookups in URLs find for every kind of field, beside those that Django finds.

use chrono_tz::Tz;
use nuages::models::{Model as _, Query};
use serde_json::{Value, json};

use super::cleaning::{Sample, script};
use super::project::Django;
use crate::support::{Database, Kind};

/// Returns rows whose values lie at the edges of their types.
pub(super) fn rows() -> Value {
    let row = |name: &str, number: i32, price: &str, day: &str, hour: &str, code: &str| {
        json!({
            "name": name, "nickname": "", "label": "a-b", "email": "a@example.com",
            "site": "https://example.com", "notes": "two\nlines", "count": number,
            "small": number.clamp(-32768, 32767), "big": i64::from(number) * 1000, "stock": number.abs(),
            "price": price, "share": null, "weight": 0.1 * f64::from(number), "is_open": number > 0,
            "is_known": null, "day": day, "hour": hour, "moment": format!("{day}T{hour}Z"),
            "code": code, "extra": {"a": number}, "state": "open",
        })
    };
    let mut rows = vec![
        row(
            "Lamp",
            1,
            "1.50",
            "2024-02-29",
            "00:00:00",
            "00000000000000000000000000000001",
        ),
        row(
            "lamp",
            2,
            "-0.01",
            "2024-03-01",
            "12:30:00",
            "abcdefabcdefabcdefabcdefabcdefab",
        ),
        row(
            "Ün%_x",
            3,
            "9999.99",
            "1999-12-31",
            "23:59:59",
            "ffffffffffffffffffffffffffffffff",
        ),
        row(
            "a'b\\c",
            -5,
            "0.00",
            "2025-01-01",
            "01:02:03",
            "12345678123456781234567812345678",
        ),
        row(
            "",
            40000,
            "10.00",
            "2025-12-31",
            "23:00:00",
            "87654321876543218765432187654321",
        ),
    ];
    rows[1]["is_known"] = json!(true);
    rows[2]["is_known"] = json!(false);
    rows[2]["share"] = json!("0.125");
    rows[3]["small"] = json!(null);
    rows[4]["extra"] = json!(null);
    rows[4]["state"] = json!("done");
    json!(rows)
}

const LOOKUPS: [&str; 118] = [
    "name=Lamp",
    "name=",
    "name__exact=lamp",
    "name__iexact=LAMP",
    "name__iexact=",
    "name__contains=am",
    "name__contains=%",
    "name__contains=_",
    "name__contains=\\",
    "name__contains='",
    "name__icontains=AM",
    "name__startswith=L",
    "name__startswith=",
    "name__istartswith=l",
    "name__endswith=p",
    "name__iendswith=P",
    "name__in=Lamp,lamp",
    "name__in=",
    "name__in=,",
    "name__gt=Lamp",
    "name__lte=Lamp",
    "name__isnull=1",
    "name__isnull=false",
    "name__regex=^[Ll]amp$",
    "name__iregex=^LAMP$",
    "name__nonsense=1",
    "nickname=",
    "nickname__isnull=True",
    "count=1",
    "count= 1 ",
    "count=1.0",
    "count=+1",
    "count=x",
    "count=",
    "count__gt=2",
    "count__gte=2",
    "count__lt=-4",
    "count__lte=-5",
    "count__in=1,2",
    "count__in=1,x",
    "count__in=1, 2",
    "count__in=",
    "count__isnull=0",
    "count__gt=99999999999999999999",
    "count__lt=99999999999999999999",
    "count__gt=-99999999999999999999",
    "count=99999999999999999999",
    "count__contains=0",
    "count__startswith=4",
    "small=32767",
    "small__isnull=true",
    "small__gt=40000",
    "small__lt=40000",
    "big=40000000",
    "big__gte=2000",
    "stock__gt=-1",
    "stock__lt=0",
    "price=1.5",
    "price=1.50",
    "price=1.500",
    "price=-0.01",
    "price=1e1",
    "price=x",
    "price=",
    "price__gt=9.999",
    "price__lt=0",
    "price__gte=9999.99",
    "price__in=0,10.0",
    "price__in=0,x",
    "share=0.125",
    "share__isnull=1",
    "weight__gt=0.2",
    "weight__lt=-0.4",
    "weight=4000",
    "weight=4e3",
    "weight=4_000",
    "weight=x",
    "weight__isnull=0",
    "is_open=1",
    "is_open=0",
    "is_open=True",
    "is_open=False",
    "is_open=t",
    "is_open=f",
    "is_open=true",
    "is_open=x",
    "is_known=1",
    "is_known__exact=0",
    "is_known__isnull=True",
    "is_known__isnull=",
    "day=2024-02-29",
    "day=2024-2-29",
    "day=2023-02-29",
    "day=x",
    "day__year=2024",
    "day__month=12",
    "day__day=31",
    "day__week_day=5",
    "day__quarter=1",
    "day__gte=2025-01-01",
    "day__lt=2000-01-01",
    "day__in=2024-02-29,2024-03-01",
    "hour=12:30",
    "hour=12:30:00",
    "hour=25:00",
    "hour__gt=12:30",
    "hour__hour=23",
    "hour__minute=59",
    "moment__date=2024-02-29",
    "moment__year=1999",
    "moment__hour=23",
    "code=12345678123456781234567812345678",
    "code=12345678-1234-5678-1234-567812345678",
    "code={12345678123456781234567812345678}",
    "code=1234-5678123456781234567812345678",
    "code=x",
    "code__in=12345678123456781234567812345678,00000000-0000-0000-0000-000000000001",
    "state__in=open,done",
];

/// Returns the primary keys that a lookup finds.
fn ours(database: &Database, lookup: &str) -> Value {
    let (name, value) = lookup.split_once('=').unwrap();
    let condition = Sample::meta()
        .parameter(name)
        .and_then(|parameter| parameter.condition(&[value], Tz::UTC));
    let Ok(condition) = condition else {
        return json!("refused");
    };
    let found =
        Query::new(Sample::meta())
            .filter(condition)
            .records(&mut database.connect(), None, 0);
    let Ok(rows) = found else {
        return json!("refused");
    };
    let mut keys: Vec<_> = rows.iter().filter_map(|row| row.pk().as_i64()).collect();
    keys.sort_unstable();
    json!(keys)
}

/// Whether Django leaves the condition out, because every number of the column is smaller. It then
/// finds rows without a number as well, and Nuages does not.
fn is_without_condition(kind: Kind, lookup: &str) -> bool {
    kind == Kind::Postgres && lookup == "small__lt=40000"
}

fn lookups_find_the_rows_that_django_finds(kind: Kind, django: &Django) {
    let database = Database::migrated(kind);
    let asked = json!({ "rows": rows(), "lookups": LOOKUPS.as_slice() });
    let script = script(&asked, include_str!("lookups.py"));

    let answered: Vec<Value> = serde_json::from_str(&django.shell(&database, &script)).unwrap();

    assert_eq!(answered.len(), LOOKUPS.len());
    let differences: Vec<String> = LOOKUPS
        .iter()
        .zip(&answered)
        .map(|(lookup, theirs)| (lookup, ours(&database, lookup), theirs))
        .filter(|(lookup, ours, theirs)| ours != *theirs && !is_without_condition(kind, lookup))
        .map(|(lookup, ours, theirs)| format!("{lookup}: {ours}, Django {theirs}"))
        .collect();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}
with_django!(lookups_find_the_rows_that_django_finds);
