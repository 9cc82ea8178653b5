//! `/admin/<app>/<model>/export/` and `/admin/<app>/<model>/import/`

use std::fmt::Write as _;

use std::time::Duration;

use diesel::connection::SimpleConnection as _;
use nuages::db::{Conn, Kind as Column, Sql, Value};
use nuages::models::{Model as _, reset_sequences};
use ureq::http::Method;

use super::shop;
use crate::shop::catalog::models::Product;
use crate::support::{ALICE, BOB, Client, Database, Kind, Reply, TestSite, product};

const TAGS: &str = "/admin/catalog/tag/";
const PRODUCTS: &str = "/admin/catalog/product/";

/// A shop whose tasks run.
fn working(kind: Kind) -> TestSite {
    let database = Database::migrated(kind);
    for persona in [&ALICE, &BOB] {
        persona.save(&mut database.connect());
    }
    TestSite::with(database, &[("TASK_THREADS", "1")], crate::shop::urls)
}

fn insert(conn: &mut Conn, names: &[&str]) {
    for name in names {
        Sql::new("INSERT INTO catalog_tag (name, slug) VALUES (")
            .bind(*name)
            .raw(", ")
            .bind(name.to_lowercase().replace(' ', "-"))
            .raw(")")
            .execute(conn)
            .unwrap();
    }
}

fn names(site: &TestSite) -> Vec<String> {
    let rows = Sql::new("SELECT name FROM catalog_tag ORDER BY name")
        .returns(&[Column::Text])
        .load(&mut site.connect())
        .unwrap();
    rows.into_iter().flatten().map(|name| name.text()).collect()
}

/// Sends a file with tags as a browser does, and returns the answer.
fn upload(client: &Client, content: &str, key: &str, mode: &str) -> Reply {
    upload_to(client, TAGS, content, key, mode)
}

pub(super) fn upload_to(
    client: &Client,
    list: &str,
    content: &str,
    key: &str,
    mode: &str,
) -> Reply {
    let token = client.token(list);
    let mut body = String::new();
    for (name, value) in [
        ("csrfmiddlewaretoken", &*token),
        ("format", "auto"),
        ("key", key),
        ("mode", mode),
    ] {
        let _ = write!(
            body,
            "--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        );
    }
    let _ = write!(
        body,
        "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"tags.csv\"\r\n\
         Content-Type: text/csv\r\n\r\n{content}\r\n--x--\r\n"
    );
    let kind = [("content-type", "multipart/form-data; boundary=x")];
    client.send(
        Method::POST,
        &format!("{list}import/"),
        &kind,
        body.as_bytes(),
    )
}

/// Sends the form of the import's page with these additional fields, and waits until the import has ended.
pub(super) fn confirm(client: &Client, url: &str, more: &[(&str, &str)]) -> String {
    let form = client.form(url, "map-0");
    let mut fields = form.sent("confirm");
    let more = more
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    fields.extend(more);
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (&**name, &**value))
        .collect();
    let reply = client.post_with(url, &[], &fields);
    assert_eq!(reply.status, 302, "the import is started: {}", reply.text());
    for _ in 0..800 {
        let page = client.get(url).text();
        if !page.contains("data-reload") {
            return page;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("the import has not ended after 40 seconds");
}

/// Whether the page shows these numbers of new, changed, unchanged and wrong rows.
pub(super) fn shows(page: &str, counts: [u32; 4]) -> bool {
    let words = ["new", "changed", "unchanged", "wrong"]
        .into_iter()
        .zip(counts);
    words
        .into_iter()
        .all(|(word, count)| page.contains(&format!("<dt>{word}</dt><dd>{count}</dd>")))
}

fn an_export_has_the_rows_of_the_list_in_its_order(kind: Kind) {
    let site = shop(kind);
    insert(&mut site.connect(), &["Blue", "=Red", "Green, dark"]);
    let client = ALICE.browser(&site);
    let file = client.get(&format!("{TAGS}export/?format=csv&columns=name,slug&o=-1"));
    assert_eq!(file.status, 200, "{}", file.text());
    let disposition = file.header("content-disposition");
    assert!(
        disposition.starts_with("attachment; filename=\"tag-20") && disposition.ends_with(".csv\""),
        "{disposition}"
    );
    assert_eq!(
        file.text(),
        "name,slug\r\n\"Green, dark\",\"green,-dark\"\r\nBlue,blue\r\n=Red,=red\r\n"
    );
    let excel = client.get(&format!(
        "{TAGS}export/?format=csv&columns=name&q=red&excel=1"
    ));
    assert_eq!(
        excel.text(),
        "\u{feff}name\r\n'=Red\r\n",
        "formulas are quoted"
    );
    let lines = client.get(&format!("{TAGS}export/?format=jsonl&columns=name&q=blue"));
    assert_eq!(lines.text(), "{\"name\":\"Blue\"}\n");

    assert_eq!(
        client
            .get(&format!("{TAGS}export/?format=csv&columns=nothing"))
            .status,
        400
    );
    let staff = BOB.browser(&site);
    assert_eq!(staff.get(&format!("{TAGS}export/?format=csv")).status, 403);
}

fn an_import_is_checked_and_then_written_by_a_task(kind: Kind) {
    let site = working(kind);
    insert(&mut site.connect(), &["Blue", "Green"]);
    let client = ALICE.browser(&site);
    let file = "slug,name\r\nblue,Light blue\r\ngreen,Green\r\nred,Red\r\n,\r\n";
    let reply = upload(&client, file, "slug", "both");
    assert_eq!(reply.status, 302, "{}", reply.text());
    let url = reply.header("location").to_owned();
    let page = client.get(&url).text();
    assert!(shows(&page, [1, 1, 1, 1]), "{page}");
    assert!(
        page.contains(">5</td>") && page.contains("This field is required."),
        "the wrong row is named: {page}"
    );
    assert!(page.contains("<ins>Light blue</ins>"), "a sample: {page}");
    assert_eq!(names(&site), ["Blue", "Green"], "nothing is written yet");

    let refused = client.post_with(
        &url,
        &[],
        &[
            ("confirm", "yes"),
            ("csrfmiddlewaretoken", &client.token(&url)),
        ],
    );
    assert!(refused.status == 200 && refused.text().contains("some rows are wrong"));
    let page = confirm(&client, &url, &[("partial", "yes")]);
    assert!(page.contains("The import is done."), "{page}");
    assert_eq!(names(&site), ["Green", "Light blue", "Red"]);
    let log = Sql::new("SELECT COUNT(*) FROM django_admin_log")
        .returns(&[Column::BigInt])
        .load(&mut site.connect())
        .unwrap();
    assert_eq!(log, [[Value::BigInt(2)]], "an entry for each written row");

    let again = upload(
        &client,
        "slug,name\r\nblue,Light blue\r\nred,Red\r\n",
        "slug",
        "both",
    );
    let page = client.follow(&again).text();
    assert!(
        shows(&page, [0, 0, 2, 0]),
        "the same rows are unchanged: {page}"
    );
}

fn an_import_of_another_user_is_not_found(kind: Kind) {
    let site = working(kind);
    BOB.may(&site, &["add_tag", "view_tag"]);
    let reply = upload(
        &ALICE.browser(&site),
        "name,slug\r\nRed,red\r\n",
        "id",
        "add",
    );
    let url = reply.header("location").to_owned();
    let other = BOB.browser(&site);
    assert_eq!(other.get(&url).status, 404);
    assert_eq!(other.get(&format!("{TAGS}import/")).status, 200);
    let form = other.post(&url, &[("confirm", "yes")]);
    assert_eq!(form.status, 404);
    assert!(names(&site).is_empty());
}

fn a_file_that_cannot_be_read_is_explained(kind: Kind) {
    let site = working(kind);
    let client = ALICE.browser(&site);
    for (content, expected) in [
        ("", "The file is empty."),
        ("name,slug\r\n", "The file has no rows"),
        (
            "{\"name\": 1}\n{broken\n",
            "Line 2 of the file is not a JSON object",
        ),
    ] {
        let page = upload(&client, content, "id", "both");
        assert_eq!(page.status, 200, "{content:?}");
        assert!(
            page.text().contains(expected),
            "{content:?}: {}",
            page.text()
        );
    }
}

/// Returns the URL of an import of one new tag that was checked.
fn checked(client: &Client) -> String {
    let reply = upload(client, "slug,name\r\nred,Red\r\n", "slug", "both");
    assert_eq!(reply.status, 302, "{}", reply.text());
    reply.header("location").to_owned()
}

/// Returns the URL of an import that waits for a worker, in a site without workers.
fn waiting(client: &Client) -> String {
    let url = checked(client);
    let reply = client.submit(&client.form(&url, "map-0"), "confirm");
    assert_eq!(reply.status, 302, "{}", reply.text());
    let page = client.get(&url).text();
    assert!(page.contains("data-reload"), "the import waits: {page}");
    url
}

fn an_import_whose_task_was_deleted_can_be_checked_again(kind: Kind) {
    let site = shop(kind);
    let client = ALICE.browser(&site);
    let url = waiting(&client);
    let conn = &mut site.connect();
    Sql::new("DELETE FROM nuages_task").execute(conn).unwrap();

    let page = client.get(&url).text();
    assert!(
        page.contains("The import has failed") && page.contains("its task was deleted"),
        "the page says why: {page}"
    );
    assert!(!page.contains("data-reload"), "nothing is waited for");
    assert!(names(&site).is_empty(), "nothing was written");

    let reply = client.submit(&client.form(&url, "again"), "again");
    let page = client.follow(&reply).text();
    assert!(shows(&page, [1, 0, 0, 0]), "checked again: {page}");
    assert!(page.contains("name=\"confirm\""), "it may start: {page}");
}

fn an_import_whose_task_has_failed_says_why_and_can_be_deleted(kind: Kind) {
    let site = shop(kind);
    let client = ALICE.browser(&site);
    let url = waiting(&client);
    Sql::new("UPDATE nuages_task SET status = 'FAILED', error = 'the disk is full'")
        .execute(&mut site.connect())
        .unwrap();
    let page = client.get(&url).text();
    assert!(page.contains("the disk is full"), "why: {page}");

    let reply = client.submit(&client.form(&url, "again"), "delete");
    assert_eq!(reply.status, 302, "{}", reply.text());
    assert_eq!(client.get(&url).status, 404, "the import is deleted");
    let rows = Sql::new("SELECT COUNT(*) FROM nuages_import_row").returns(&[Column::BigInt]);
    assert_eq!(
        rows.load(&mut site.connect()).unwrap(),
        [[Value::BigInt(0)]],
        "its rows are deleted too"
    );
}

fn a_check_that_fails_in_the_request_is_explained(kind: Kind) {
    let site = shop(kind);
    let client = ALICE.browser(&site);
    let url = checked(&client);
    Sql::new("UPDATE nuages_import SET key = 'nonsense'")
        .execute(&mut site.connect())
        .unwrap();
    let reply = client.submit(&client.form(&url, "map-0"), "");
    let page = client.follow(&reply).text();
    assert!(
        page.contains("The import has failed") && page.contains("nonsense cannot identify rows"),
        "the page says why: {page}"
    );
}

/// Returns the numbers that a query counts.
fn count(site: &TestSite, sql: &'static str) -> i64 {
    let rows = Sql::new(sql).returns(&[Column::BigInt]);
    let rows = rows.load(&mut site.connect()).unwrap();
    rows[0][0].as_i64().unwrap()
}

fn many_rows_are_written_with_their_links_their_log_and_their_history(kind: Kind) {
    let site = working(kind);
    insert(&mut site.connect(), &["Blue", "Green"]);
    let old = product("Old").tag("oak").save(&mut site.connect()).sku;
    reset_sequences(&mut site.connect(), &[Product::meta()]).unwrap();
    let client = ALICE.browser(&site);
    let tags = names(&site);
    assert_eq!(tags, ["Blue", "Green", "oak"]);
    let key = |name: &str| {
        let sql = Sql::new("SELECT id FROM catalog_tag WHERE name = ").bind(name);
        let rows = sql.returns(&[Column::BigInt]).load(&mut site.connect());
        rows.unwrap()[0][0].text()
    };
    let (blue, green) = (key("Blue"), key("Green"));
    let category = count(&site, "SELECT MIN(id) FROM catalog_category");
    let row = |number: usize, price: &str, tags: &str| {
        format!("s{number},Lamp {number},lamp-{number},{price},1,{category},\"{tags}\",true\r\n")
    };
    let header = "sku,name,slug,price,stock,category,tags,is_active\r\n";

    let both = format!("{blue},{green}");
    let rows: String = (0..1100).map(|number| row(number, "1.50", &both)).collect();
    let file = format!("{header}{rows}{old},Older,old,9,1,{category},{green},false\r\n");
    let reply = upload_to(&client, PRODUCTS, &file, "sku", "both");
    let page = confirm(&client, reply.header("location"), &[]);
    assert!(page.contains("The import is done."), "{page}");
    assert!(shows(&page, [1100, 1, 0, 0]), "{page}");
    assert_eq!(count(&site, "SELECT COUNT(*) FROM catalog_product"), 1101);
    assert_eq!(
        count(&site, "SELECT COUNT(*) FROM catalog_product_tags"),
        2201,
        "two links of each new product, and one of the old one"
    );
    assert_eq!(
        count(
            &site,
            "SELECT COUNT(*) FROM django_admin_log WHERE action_flag = 1"
        ),
        1100,
        "each new row has a log entry"
    );
    let named = "SELECT COUNT(*) FROM django_admin_log log JOIN catalog_product product
        ON log.object_id = CAST(product.id AS varchar(20)) AND log.object_repr = product.name
        JOIN nuages_history history ON history.log_id = log.id AND history.object_id = log.object_id";
    assert_eq!(
        count(&site, named),
        1101,
        "with its own key, name and values"
    );

    let rows: String = (0..1100)
        .map(|number| match number % 3 {
            0 => row(number, "1.50", &both),
            1 => row(number, "2.50", &both),
            _ => row(number, "1.50", &blue),
        })
        .collect();
    let reply = upload_to(
        &client,
        PRODUCTS,
        &format!("{header}{rows}"),
        "sku",
        "change",
    );
    let page = confirm(&client, reply.header("location"), &[]);
    assert!(shows(&page, [0, 733, 367, 0]), "{page}");
    assert_eq!(
        count(
            &site,
            "SELECT COUNT(*) FROM catalog_product WHERE price = 2.5"
        ),
        367
    );
    assert_eq!(
        count(&site, "SELECT COUNT(*) FROM catalog_product_tags"),
        2201 - 366,
        "one link less of every third product"
    );
    assert_eq!(
        count(
            &site,
            "SELECT COUNT(*) FROM nuages_history WHERE action = 2"
        ),
        734
    );
    assert_eq!(count(&site, "SELECT COUNT(*) FROM nuages_import_change"), 0);
}

/// Lets somebody else change the tags when the rows of an import were checked and are not written yet.
fn meanwhile(site: &TestSite, kind: Kind, statement: &str) {
    let sql = match kind {
        Kind::Sqlite => format!(
            "CREATE TRIGGER meanwhile AFTER INSERT ON nuages_import_change BEGIN {statement}; END"
        ),
        Kind::Postgres => format!(
            "CREATE FUNCTION meanwhile() RETURNS trigger LANGUAGE plpgsql AS
                 $$ BEGIN {statement}; RETURN NEW; END $$;
             CREATE TRIGGER meanwhile AFTER INSERT ON nuages_import_change
                 FOR EACH ROW EXECUTE FUNCTION meanwhile()"
        ),
    };
    site.connect().batch_execute(&sql).unwrap();
}

fn a_row_that_changes_between_check_and_import_is_checked_again(kind: Kind) {
    let site = working(kind);
    insert(&mut site.connect(), &["Blue"]);
    let client = ALICE.browser(&site);
    let reply = upload(&client, "slug,name\r\nblue,Light blue\r\n", "slug", "both");
    meanwhile(&site, kind, "UPDATE catalog_tag SET name = 'Navy'");
    let page = confirm(&client, reply.header("location"), &[]);
    assert!(page.contains("The import is done."), "{page}");
    assert_eq!(names(&site), ["Light blue"]);
    let kept =
        "SELECT COUNT(*) FROM nuages_history WHERE changes LIKE '%[\"Navy\",\"Light blue\"]%'";
    assert_eq!(count(&site, kept), 1, "the history has the value before");
}

fn an_import_fails_as_a_whole_if_a_row_has_become_wrong(kind: Kind) {
    let site = working(kind);
    insert(&mut site.connect(), &["Blue", "Green"]);
    let client = ALICE.browser(&site);
    let file = "slug,name\r\nblue,Light blue\r\ngreen,Light green\r\n";
    let reply = upload(&client, file, "slug", "change");
    let url = reply.header("location");
    meanwhile(&site, kind, "DELETE FROM catalog_tag WHERE slug = 'blue'");
    let page = confirm(&client, url, &[]);
    assert!(
        page.contains("1 row became wrong while the import ran"),
        "one row, in the singular: {page}"
    );
    assert_eq!(names(&site), ["Green"], "nothing was imported");
    let again = client.submit(&client.form(url, "again"), "again");
    let page = client.follow(&again).text();
    assert!(shows(&page, [0, 1, 0, 1]), "the check names it: {page}");
}

fn an_import_that_is_cancelled_while_it_writes_leaves_nothing(kind: Kind) {
    let site = working(kind);
    let client = ALICE.browser(&site);
    let mut file = "slug,name\r\n".to_owned();
    for number in 0..15_000 {
        let _ = write!(file, "t{number},Tag {number}\r\n");
    }
    let reply = upload(&client, &file, "slug", "add");
    let url = reply.header("location");
    while client.get(url).text().contains("data-reload") {
        std::thread::sleep(Duration::from_millis(50));
    }
    let token = client.token(TAGS);
    let cancel = [("csrfmiddlewaretoken", &*token), ("cancel", "yes")];
    let reply = client.submit(&client.form(url, "map-0"), "confirm");
    assert_eq!(reply.status, 302, "{}", reply.text());
    let writing = "SELECT COUNT(*) FROM nuages_task WHERE progress_text = 'Writing rows'";
    for _ in 0..3000 {
        if count(&site, writing) > 0 {
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
    }

    assert_eq!(client.post_with(url, &[], &cancel).status, 302);
    let page = client.get(url).text();
    assert!(page.contains("The import was cancelled"), "{page}");
    assert_eq!(count(&site, "SELECT COUNT(*) FROM catalog_tag"), 0);
    assert_eq!(count(&site, "SELECT COUNT(*) FROM django_admin_log"), 0);
    assert_eq!(count(&site, "SELECT COUNT(*) FROM nuages_history"), 0);
}

on_both!(
    many_rows_are_written_with_their_links_their_log_and_their_history,
    a_row_that_changes_between_check_and_import_is_checked_again,
    an_import_fails_as_a_whole_if_a_row_has_become_wrong,
    an_import_that_is_cancelled_while_it_writes_leaves_nothing,
    an_import_whose_task_was_deleted_can_be_checked_again,
    an_import_whose_task_has_failed_says_why_and_can_be_deleted,
    a_check_that_fails_in_the_request_is_explained,
    an_export_has_the_rows_of_the_list_in_its_order,
    an_import_is_checked_and_then_written_by_a_task,
    an_import_of_another_user_is_not_found,
    a_file_that_cannot_be_read_is_explained,
);
