//! Query plans of the public pages with 100,000 products: they use indexes, with and without
//! statistics.

use std::collections::BTreeMap;

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::Text;
use nuages::db::Conn;

use crate::support::{Database, Kind, Process};

/// 200 categories, half of them inside the others, 51 tags, and 100,000 products without pictures:
/// the worst case for the search for a picture. The last products are the staff's picks, far from
/// the beginning of the primary key.
const ROWS: &str = "
    INSERT INTO catalog_category (id, name, slug, description, parent_id)
        SELECT i, 'Shelf ' || i, 'shelf-' || i, '', CASE WHEN i > 100 THEN i - 100 END FROM numbers WHERE i <= 200;
    INSERT INTO catalog_tag (id, name, slug) SELECT i, 'Tag ' || i, 'tag-' || i FROM numbers WHERE i <= 50;
    INSERT INTO catalog_tag (id, name, slug) VALUES (51, 'Staff pick', 'staff-pick');
    INSERT INTO catalog_product (id, name, slug, sku, description, price, stock, is_active, image, released_on, created_at,
            updated_at, category_id)
        SELECT i, 'Thing ' || i, 'thing-' || i, 'SKU-' || i, 'Something that is sold', i % 1000, 3, i % 10 <> 0, '', NULL,
            '2026-01-01 00:00:00', '2026-01-01 00:00:00', 1 + i % 200 FROM numbers;
    INSERT INTO catalog_product_tags (product_id, tag_id) SELECT i, 1 + i % 50 FROM numbers WHERE i <= 20000;
    INSERT INTO catalog_product_tags (product_id, tag_id) SELECT i, 51 FROM numbers WHERE i > 99000;";

/// A page, and the plan steps that its statements may contain besides index lookups.
struct Visit {
    path: &'static str,
    allowed: &'static [&'static str],
}

/// Scans along the primary key until the page is full.
const BY_ID: &[&str] = &[
    "SCAN catalog_product",
    "catalog_product_pkey on catalog_product",
];
/// No index contains the price or every word of a text, so the whole table is read.
const WHOLE: &[&str] = &["SCAN catalog_product", "Seq Scan on catalog_product"];
const NOTHING: &[&str] = &[];

const VISITS: [Visit; 20] = [
    Visit {
        path: "/",
        allowed: BY_ID,
    },
    Visit {
        path: "/categories/",
        allowed: NOTHING,
    },
    Visit {
        path: "/categories/shelf-7/",
        allowed: NOTHING,
    },
    Visit {
        path: "/categories/shelf-7/?page=2",
        allowed: NOTHING,
    },
    Visit {
        path: "/categories/shelf-7/?sort=newest",
        allowed: NOTHING,
    },
    Visit {
        path: "/categories/shelf-7/?sort=price",
        allowed: NOTHING,
    },
    Visit {
        path: "/categories/shelf-107/",
        allowed: NOTHING,
    },
    Visit {
        path: "/products/",
        allowed: NOTHING,
    },
    Visit {
        path: "/products/?page=4000",
        allowed: NOTHING,
    },
    Visit {
        path: "/products/?page=last",
        allowed: NOTHING,
    },
    Visit {
        path: "/products/?sort=newest",
        allowed: BY_ID,
    },
    Visit {
        path: "/products/?sort=price",
        allowed: WHOLE,
    },
    Visit {
        path: "/products/?sort=-price",
        allowed: WHOLE,
    },
    Visit {
        path: "/products/?category=shelf-7&tag=tag-7",
        allowed: NOTHING,
    },
    Visit {
        path: "/products/?tag=tag-3",
        allowed: NOTHING,
    },
    Visit {
        path: "/products/?tag=tag-3&sort=newest",
        allowed: NOTHING,
    },
    Visit {
        path: "/products/?tag=staff-pick&sort=price",
        allowed: NOTHING,
    },
    Visit {
        path: "/products/thing-99999/",
        allowed: NOTHING,
    },
    Visit {
        path: "/sitemap.xml?p=1",
        allowed: BY_ID,
    },
    Visit {
        path: "/sitemap.xml?p=2",
        allowed: BY_ID,
    },
];

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Text, column_name = "detail")]
    detail: String,
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
    line: String,
}

fn fill(conn: &mut Conn) {
    let script = match conn {
        Conn::Sqlite(_) => format!(
            "CREATE TEMP TABLE numbers AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) \
             SELECT i FROM n; {ROWS}"
        ),
        // Disable automatic analysis of the tables.
        Conn::Postgres(_) => format!(
            "ALTER TABLE catalog_product SET (autovacuum_enabled = false); \
             ALTER TABLE catalog_product_tags SET (autovacuum_enabled = false); \
             ALTER TABLE catalog_category SET (autovacuum_enabled = false); \
             CREATE TEMP TABLE numbers AS SELECT i FROM generate_series(1, 100000) AS i; {}",
            ROWS.replace(
                "'2026-01-01 00:00:00'",
                "timestamptz '2026-01-01 00:00:00+00'"
            )
        ),
    };
    conn.batch_execute(&script).unwrap();
}

/// Returns the statements of each page, from the log.
fn statements(database: &Database) -> BTreeMap<&'static str, Vec<String>> {
    let site = Process::start(database, &[("RUST_LOG", "warn,nuages.sql=debug")]);
    let mut pages = BTreeMap::new();
    for visit in VISITS {
        let before = site.log().len();
        let reply = site.client().get(visit.path);
        assert_eq!(reply.status, 200, "{}: {}", visit.path, reply.text());
        let log = site.log();
        let lines = log[before..]
            .lines()
            .filter_map(|line| line.split_once(" nuages.sql ")?.1.split_once(" ms "));
        let sql = lines.map(|(_, sql)| sql.split(" -- binds: ").next().unwrap().to_owned());
        let mut sql: Vec<String> = sql.filter(|sql| sql.contains("catalog_")).collect();
        sql.dedup();
        assert!(
            !sql.is_empty(),
            "{}: the log must hold the statements of the page: {log}",
            visit.path
        );
        pages.insert(visit.path, sql);
    }
    pages
}

/// Returns the query plan of `sql`, one line for each step. The values of parameters are unknown.
fn plan(conn: &mut Conn, sql: &str) -> Vec<String> {
    match conn {
        Conn::Sqlite(_) => {
            let steps: Vec<Step> = diesel::sql_query(format!("EXPLAIN QUERY PLAN {sql}"))
                .load(conn)
                .unwrap();
            steps.into_iter().map(|step| step.detail).collect()
        }
        Conn::Postgres(_) => {
            let values = (1..100)
                .take_while(|number| sql.contains(&format!("${number}")))
                .count();
            let nulls = vec!["NULL"; values].join(", ");
            let execute = if values == 0 {
                "p".to_owned()
            } else {
                format!("p({nulls})")
            };
            conn.batch_execute(&format!(
                "SET plan_cache_mode = force_generic_plan; PREPARE p AS {sql}"
            ))
            .unwrap();
            let lines: Vec<Line> = diesel::sql_query(format!("EXPLAIN EXECUTE {execute}"))
                .load(conn)
                .unwrap();
            conn.batch_execute("DEALLOCATE p").unwrap();
            lines.into_iter().map(|line| line.line).collect()
        }
    }
}

/// Whether the step at `at` scans a large table instead of looking up single rows.
fn is_slow(steps: &[String], at: usize) -> bool {
    let (step, next) = (steps[at].as_str(), steps.get(at + 1));
    // The names and aliases of large tables in the statements.
    let large = [
        "catalog_product",
        "catalog_product_tags",
        "p",
        "f",
        "same",
        "near",
        "listed",
        "counted",
    ];
    let reads_all = large.iter().any(|table| {
        let is_scan = step == format!("SCAN {table}")
            || step.starts_with(&format!("SCAN {table} USING INDEX"));
        is_scan || step.contains(&format!("SCAN {table} USING COVERING"))
    });
    let reads_active = step.contains("USING INDEX catalog_product_listing (is_active=?)");
    let walks_by_id = step.contains("using catalog_product_pkey")
        && !next.is_some_and(|next| next.contains("Cond:"));
    let is_seq_scan = step.contains("Seq Scan on catalog_product") && !is_counted(steps, at);
    reads_all || reads_active || walks_by_id || is_seq_scan || step.contains("AUTOMATIC")
}

/// Whether the rows of a step are only counted, up to a limit or not. PostgreSQL counts all products by
/// reading the table if it was not vacuumed.
fn is_counted(steps: &[String], at: usize) -> bool {
    let indent = |step: &String| step.len() - step.trim_start().len();
    let parent_of = |at: usize| {
        (0..at)
            .rev()
            .find(|other| indent(&steps[*other]) < indent(&steps[at]))
    };
    let mut parent = parent_of(at);
    if parent.is_some_and(|parent| steps[parent].contains("Limit")) {
        parent = parent.and_then(parent_of);
    }
    parent.is_some_and(|parent| steps[parent].contains("Aggregate"))
}

/// Returns the slow steps of all pages.
fn slow_steps(conn: &mut Conn, pages: &BTreeMap<&'static str, Vec<String>>) -> Vec<String> {
    let mut found = Vec::new();
    for visit in VISITS {
        for sql in &pages[visit.path] {
            let steps = plan(conn, sql);
            for (at, step) in steps.iter().enumerate() {
                let is_allowed = visit.allowed.iter().any(|allowed| step.contains(allowed));
                // A scan in the order of names, until the few products of a category or a tag have
                // filled the page.
                let is_walk = step.contains("using catalog_product_listing")
                    && visit.path.contains("shelf-7");
                if (is_slow(&steps, at) || is_walk) && !is_allowed {
                    found.push(format!(
                        "{}\n  {step}\nof the plan\n  {}\nof {sql}\n",
                        visit.path,
                        steps.join("\n  ")
                    ));
                }
            }
        }
    }
    found
}

fn public_pages_use_indexes_with_and_without_statistics(kind: Kind) {
    let database = Database::migrated(kind);
    fill(&mut database.connect());
    let pages = statements(&database);

    // The server has analyzed an SQLite database at its start.
    if kind == Kind::Sqlite {
        database
            .connect()
            .batch_execute("ANALYZE; DELETE FROM sqlite_stat1;")
            .unwrap();
    }
    let slow = slow_steps(&mut database.connect(), &pages);
    assert!(
        slow.is_empty(),
        "without statistics these steps read whole tables: {}",
        slow.join("\n")
    );

    database.connect().batch_execute("ANALYZE;").unwrap();
    let slow = slow_steps(&mut database.connect(), &pages);
    assert!(
        slow.is_empty(),
        "with statistics these steps read whole tables: {}",
        slow.join("\n")
    );
}

fn tiles_and_picks_show_the_first_product_with_a_picture(kind: Kind) {
    let database = Database::migrated(kind);
    let conn = &mut database.connect();
    fill(conn);
    let images = "UPDATE catalog_product SET image = 'products/' || id || '.png' WHERE id IN (20, 1006, 406, 506, 607);";
    conn.batch_execute(images).unwrap();
    let tiles = crate::shop::catalog::models::CategoryTile::within(conn, None, 200).unwrap();
    let picture = |slug: &str| {
        let tile = tiles.iter().find(|tile| tile.slug == slug).unwrap();
        tile.picture
            .as_ref()
            .and_then(|picture| picture.url())
            .unwrap_or_default()
    };
    // Products 406 and 1006 are on shelf 7, and 506 is on shelf 107, which is inside shelf 7.
    assert_eq!(
        picture("shelf-7"),
        "/media/products/406.png",
        "the picture with the lowest id"
    );
    assert_eq!(
        picture("shelf-8"),
        "/media/products/607.png",
        "the picture of the only product that has one"
    );
    assert_eq!(picture("shelf-21"), "", "a draft (20) must not be shown");
    assert_eq!(tiles.len(), 100, "the outermost categories");

    let picks = crate::shop::catalog::models::ProductRow::tagged(conn, "staff-pick", 3).unwrap();
    let names: Vec<&str> = picks.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(
        names,
        ["Thing 99001", "Thing 99002", "Thing 99003"],
        "published picks in the order of their ids"
    );
}

fn a_long_list_of_the_shop_is_counted_up_to_the_limit(kind: Kind) {
    let database = Database::migrated(kind);
    fill(&mut database.connect());
    let site = Process::start(&database, &[]);
    let words = |url: &str| site.client().get(url).words();

    let first = words("/products/?sort=price");
    assert!(first.contains("More than 10000 products"), "{first}");
    let far = words("/products/?sort=price&page=4000");
    assert!(
        far.contains("Page 4000") && !far.contains("of 10000"),
        "{far}"
    );
    let last = words("/products/?sort=price&page=4500");
    assert!(last.contains("90000 products"), "{last}");
    let beyond = words("/products/?sort=price&page=9000");
    assert!(beyond.contains("Page 4500 of 4500"), "{beyond}");
    let one = words("/products/?q=Thing+99999");
    assert!(one.contains("1 product,"), "{one}");
}

on_both!(
    public_pages_use_indexes_with_and_without_statistics,
    a_long_list_of_the_shop_is_counted_up_to_the_limit,
    tiles_and_picks_show_the_first_product_with_a_picture
);

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    count: i64,
}

fn seed_leaves_statistics(kind: Kind) {
    let database = Database::migrated(kind);
    let done = database.nuages(&["seed", "--products", "500", "--orders", "10"]);
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    let sql = match kind {
        Kind::Sqlite => "SELECT COUNT(*) AS count FROM sqlite_stat1 WHERE tbl = 'catalog_product'",
        Kind::Postgres => {
            "SELECT COUNT(*) AS count FROM pg_stats WHERE tablename = 'catalog_product'"
        }
    };
    let counts: Vec<Count> = diesel::sql_query(sql)
        .load(&mut database.connect())
        .unwrap();
    assert!(
        counts[0].count > 0,
        "the planner must know the products after a seed"
    );
}

on_both!(seed_leaves_statistics);
