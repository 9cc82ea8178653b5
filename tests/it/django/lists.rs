//! Either admin finds the same rows for the same URL, in any time zone.

use crate::shop::schema::catalog_product::{self as products, table as all_products};
use chrono::Utc;
use chrono_tz::Tz;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use serde_json::{Value, json};

use crate::django::project::Django;
use crate::support::{ALICE, Client, Database, Kind, TestSite, product};

const ORDERS: &str = "/admin/orders/order/";
const PRODUCTS: &str = "/admin/catalog/product/";
/// Zones west and east of Greenwich, and one that changes its clocks at midnight.
const ZONES: [&str; 4] = [
    "UTC",
    "America/New_York",
    "Asia/Kolkata",
    "America/Sao_Paulo",
];

/// Points in time, in UTC, around midnight in these zones and around clock changes.
const TIMES: [&str; 34] = [
    "2018-02-18 01:30:00",
    "2018-02-18 02:30:00",
    "2018-02-18 03:00:00",
    "2018-11-04 02:59:59",
    "2018-11-04 03:00:00",
    "2018-11-05 01:59:59",
    "2018-11-05 02:00:00",
    "2024-02-29 12:00:00",
    "2024-03-31 23:30:00",
    "2024-12-30 12:00:00",
    "2024-12-31 18:29:59",
    "2024-12-31 18:30:00",
    "2025-01-01 00:00:00",
    "2025-01-01 04:59:59",
    "2025-01-01 05:00:00",
    "2025-03-08 18:30:00",
    "2025-03-09 04:59:59",
    "2025-03-09 05:00:00",
    "2025-03-09 06:30:00",
    "2025-03-09 06:59:59.999999",
    "2025-03-09 07:00:00",
    "2025-03-09 07:30:15.5",
    "2025-03-10 03:59:59",
    "2025-03-10 04:00:00",
    "2025-06-30 23:59:59",
    "2025-07-01 00:00:00",
    "2025-11-02 03:59:59",
    "2025-11-02 04:00:00",
    "2025-11-02 05:30:00",
    "2025-11-02 06:30:00",
    "2025-11-03 04:59:59",
    "2025-11-03 05:00:00",
    "2025-12-31 23:59:59.999999",
    "2026-01-04 12:00:00",
];

/// Parameters of the list of orders.
const OF_ORDERS: [&str; 66] = [
    "created_at__year=2025",
    "created_at__year=2018&created_at__month=2",
    "created_at__year=2018&created_at__month=11",
    "created_at__year=2018&created_at__month=11&created_at__day=4",
    "created_at__year=2018&created_at__month=2&created_at__day=17",
    "created_at__year=2025&created_at__month=3",
    "created_at__year=2025&created_at__month=3&created_at__day=9",
    "created_at__year=2025&created_at__month=11",
    "created_at__year=2025&created_at__month=11&created_at__day=2",
    "created_at__year=2024&created_at__month=12&created_at__day=31",
    "created_at__year=2025&status__exact=paid",
    "created_at__year__gte=2025",
    "created_at__year__in=2018,2024",
    "created_at__month=3",
    "created_at__month__gt=10",
    "created_at__day=9",
    "created_at__day__lte=2",
    "created_at__week_day=1",
    "created_at__week_day=7",
    "created_at__iso_week_day=7",
    "created_at__iso_week_day__in=1,2",
    "created_at__week=1",
    "created_at__week__gte=44",
    "created_at__iso_year=2025",
    "created_at__iso_year__lt=2025",
    "created_at__quarter=1",
    "created_at__quarter__gte=3",
    "created_at__date=2025-03-09",
    "created_at__date__gte=2025-11-02",
    "created_at__date__lt=2018-11-04",
    "created_at__date__range=2025-01-01,2025-03-09",
    "created_at__time__lt=01:00",
    "created_at__time=01:30:00",
    "created_at__hour=1",
    "created_at__hour__gte=23",
    "created_at__minute=30",
    "created_at__second=59",
    "created_at__second__in=15,59",
    "created_at__isnull=1",
    "created_at__gte=2025-03-09",
    "created_at__lt=2025-03-09%2002:30:00",
    "created_at__gte=2025-11-02%2001:30:00",
    "created_at__lte=2018-11-04%2000:00:00",
    "created_at__gte=2025-03-09%2000:00:00-05:00",
    "created_at__gte=2025-03-09%2000:00:00-05:00&created_at__lt=2025-03-10%2000:00:00-04:00",
    "created_at=2025-01-01%2000:00:00",
    "created_at__range=2025-01-01,2025-02-01",
    "created_at__year=x",
    "created_at__month=13",
    "created_at__nonsense=1",
    "number__regex=^R0*[1-5]$",
    "number__iregex=^r1%2B$",
    "number__regex=(",
    "number__iregex=%5Cd%7B2%7D$",
    "email__iregex=O.HARA",
    "number__range=R1,R3",
    "total__gte=10.5",
    "total__in=1,2.00",
    "total__range=1,2",
    "status__in=paid,pending",
    "id__in=1,2,x",
    "number__istartswith=r3&o=-1",
    "o=6.1",
    "customer__username__iregex=^ALI",
    "customer__isnull=0",
    "note__exact=",
];

/// Search texts for products.
const WORDS: [&str; 18] = [
    r#""oak lamp""#,
    r"'oak lamp'",
    r#""lamp oak""#,
    "oak lamp",
    "o'hara",
    r#""o'hara" oak"#,
    r#"5" tube"#,
    r#"'5"'"#,
    r#""say \"hi\"""#,
    "100%",
    "a_b",
    r"back\slash",
    r#""oak"#,
    "'oak lamp",
    r#""""#,
    r#""  oak  ""#,
    "ÉTÉ",
    "*",
];

const OF_PRODUCTS: [&str; 14] = [
    "released_on__year=2024",
    "released_on__year=2024&released_on__month=2",
    "released_on__week_day=5",
    "released_on__quarter=1",
    "released_on__week=9",
    "released_on__isnull=1",
    "released_on__gte=2024-03-01",
    "released_on__month__in=2,3",
    "price__gt=9.99",
    "name__regex=^[A-Z].*lamp$",
    "name__iregex=LAMP",
    "description__regex=%5Cn",
    "category__id__exact=1",
    "is_active__exact=0",
];

fn stock(database: &Database, kind: Kind) {
    let conn = &mut database.connect();
    let alice = ALICE.save(conn).id;
    if kind == Kind::Postgres {
        conn.batch_execute("SET TIME ZONE 'UTC'").unwrap();
    }
    let emails = [
        "o'hara@example.com",
        "ann@example.com",
        "O-Hara@example.com",
    ];
    for (at, time) in TIMES.iter().enumerate() {
        let (email, status) = (
            emails[at % 3].replace('\'', "''"),
            ["paid", "pending"][at % 2],
        );
        let customer = if at % 4 == 0 {
            alice.to_string()
        } else {
            "NULL".to_owned()
        };
        let sql = format!(
            "INSERT INTO orders_order (id, number, email, status, note, total, created_at, customer_id)
             VALUES ({0}, 'R{0}', '{email}', '{status}', '', {at}.50, '{time}', {customer})",
            at + 1
        );
        conn.batch_execute(&sql).unwrap();
    }
    let names = [
        "Oak lamp",
        "Lamp of oak",
        "O'Hara's oak",
        "5\" tube",
        "say \"hi\"",
        "100% wool",
        "100 wool",
        "a_b",
        "axb",
        "back\\slash",
        "été",
        "ÉTÉ",
    ];
    for (at, name) in names.iter().enumerate() {
        let row = product(&format!("p{at}"))
            .description("Two\nlines")
            .save(conn);
        diesel::update(all_products.find(row.id))
            .set(products::name.eq(name))
            .execute(conn)
            .unwrap();
    }
    // Dates in different months, and some rows without a date.
    let dates = "UPDATE catalog_product SET released_on = '2024-02-29' WHERE id = 1;
                 UPDATE catalog_product SET released_on = '2024-03-01' WHERE id IN (2, 3);
                 UPDATE catalog_product SET released_on = '2023-12-31', is_active = false, price = 9.99 WHERE id = 4";
    conn.batch_execute(dates).unwrap();
}

fn paths(kind: Kind) -> Vec<String> {
    let quoted = |word: &&str| {
        word.bytes()
            .map(|byte| format!("%{byte:02X}"))
            .collect::<Vec<_>>()
            .concat()
    };
    let mut paths = vec![ORDERS.to_owned(), PRODUCTS.to_owned()];
    paths.extend(OF_ORDERS.iter().map(|query| format!("{ORDERS}?{query}")));
    paths.extend(
        OF_PRODUCTS
            .iter()
            .map(|query| format!("{PRODUCTS}?{query}")),
    );
    // On SQLite Django ignores the case of ASCII letters alone, see docs/differences.md.
    let words = WORDS
        .iter()
        .filter(|word| word.is_ascii() || kind == Kind::Postgres);
    paths.extend(words.map(|word| format!("{PRODUCTS}?q={}", quoted(word))));
    paths.extend(
        ["o'hara", "\"o'hara\" r1", "alice paid"]
            .iter()
            .map(|word| format!("{ORDERS}?q={}", quoted(word))),
    );
    paths
}

/// Reads the same data from our page as the script does from Django's.
fn seen(client: &Client, path: &str) -> Value {
    let reply = client.get(path);
    if reply.status != 200 {
        return json!("refused");
    }
    let links = reply.links();
    let text = reply.text();
    let dates = text
        .split_once("<nav class=\"dates\"")
        .and_then(|(_, rest)| rest.split_once("</nav>"));
    let dates = dates
        .map_or("", |(dates, _)| dates)
        .split("<a href=\"")
        .skip(1)
        .map(|link| {
            let (url, rest) = link.split_once("\">").unwrap();
            json!([
                rest.split_once('<').unwrap().0,
                url.replace("&#38;", "&").replace("&amp;", "&")
            ])
        });
    let is_filter = |link: &&String| link.contains("created_at__gte");
    let filters: Vec<&String> = links
        .iter()
        .filter(is_filter)
        .filter(|_| path.ends_with('/'))
        .collect();
    let boxes = text.split("name=\"_selected_action\" value=\"").skip(1);
    json!({
        "rows": boxes.map(|rest| rest.split_once('"').unwrap().0).collect::<Vec<_>>(),
        "dates": dates.collect::<Vec<_>>(),
        "filters": filters,
    })
}

fn lists_are_the_same_in_every_zone(kind: Kind, django: &Django) {
    let database = Database::migrated(kind);
    stock(&database, kind);
    let first = TestSite::with(database, &[], crate::shop::urls);
    let session = ALICE.browser(&first).cookie("sessionid").unwrap();
    let paths = paths(kind);
    let script = format!(
        "ZONES, PATHS, SESSION = {}, {}, {session:?}\n{}",
        json!(ZONES),
        json!(paths),
        include_str!("lists.py")
    );
    let compare = || {
        let theirs: Value = serde_json::from_str(&django.shell(&first.database, &script)).unwrap();
        let mut wrong = Vec::new();
        let (mut asked, mut refused) = (0, 0);
        for zone in ZONES {
            let site = TestSite::beside(&first, &[("TIME_ZONE", zone)]);
            let client = site.client();
            client.keep("sessionid", &session);
            // Parameters without times are requested once.
            for (path, theirs) in paths
                .iter()
                .filter_map(|path| Some((path, theirs[zone].get(path)?)))
            {
                let ours = seen(&client, path);
                asked += 1;
                refused += usize::from(ours == "refused");
                let same = |part: &str| ours[part] == theirs[part];
                if !(ours == *theirs || same("rows") && same("dates") && same("filters")) {
                    wrong.push(format!("{zone} {path}\n  ours   {ours}\n  theirs {theirs}"));
                }
            }
        }
        (wrong, asked, refused)
    };
    // Filters count days from today: if it was midnight in a zone meanwhile, request both again.
    let today = || {
        ZONES.map(|zone| {
            Utc::now()
                .with_timezone(&zone.parse::<Tz>().unwrap())
                .date_naive()
        })
    };
    let days = today();
    let mut found = compare();
    if today() != days {
        found = compare();
    }
    let (wrong, asked, refused) = found;
    assert!(
        wrong.is_empty(),
        "{} of them:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(
        asked > 3 * OF_ORDERS.len() && refused < asked / 3,
        "{refused} of {asked}"
    );
}

with_django!(lists_are_the_same_in_every_zone);
