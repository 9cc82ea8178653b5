//! A file field accepts the kinds and sizes that it declares: in the admin, in an inline and in a
//! public form.

use std::fmt::Write as _;

use crate::shop::INSTALLED;
use crate::shop::catalog::models::Category;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use diesel::connection::SimpleConnection as _;
use nuages::admin::{AdminSite, Inline, ModelAdmin};
use nuages::csrf::Csrf;
use nuages::db::{Conn, Db, Value};
use nuages::error::Result;
use nuages::forms::model::{Control, ModelField, ModelForm, Posted};
use nuages::http::Access::Public;
use nuages::http::{PostData, Urls, get, path};
use nuages::models::{AppConfig, Description, FileKinds, Model, OnDelete, Record, Validator};
use nuages::project::Project;
use nuages::settings::Settings;

use crate::support::{self, ALICE, Client, Database, Kind, Reply, TestSite};

const ADD: &str = "/admin/papers/paper/add/";
const SHELF: &str = "/admin/catalog/category/1/change/";

diesel::table! {
    papers_paper (id) { id -> BigInt, name -> Text, file -> Text, category_id -> BigInt, }
}

#[derive(diesel::Identifiable)]
#[diesel(table_name = papers_paper)]
struct Paper {
    id: i64,
}

fn no_drafts(value: &Value) -> Option<String> {
    value
        .as_str()
        .is_some_and(|name| name.contains("draft"))
        .then(|| "Drafts are not accepted.".to_owned())
}

impl Model for Paper {
    fn describe(it: Description<Self>) -> Description<Self> {
        it.field(papers_paper::name, |field| field.max_length(50))
            .field(papers_paper::file, |field| {
                let field = field
                    .file("papers/")
                    .kinds(FileKinds::PDF | FileKinds::TEXT)
                    .max_size(1 << 10);
                field.validator(Validator::Custom(no_drafts))
            })
            .field(papers_paper::category_id, |field| {
                field.to::<Category>(OnDelete::Cascade).blank()
            })
            .display(papers_paper::name)
    }
}

const APP: AppConfig = AppConfig {
    label: "papers",
    verbose_name: "Papers",
    models: &[Paper::meta],
    migrations: &[],
};
static APPS: [AppConfig; 7] = [
    INSTALLED[0],
    INSTALLED[1],
    INSTALLED[2],
    INSTALLED[3],
    INSTALLED[4],
    INSTALLED[5],
    APP,
];

fn register(site: AdminSite) -> AdminSite {
    let papers = |it: ModelAdmin<Paper>| it.fields((papers_paper::name, papers_paper::file));
    site.register::<Paper>(|it| it)
        .register::<Category>(|it| it.inlines([Inline::tabular(papers).extra(1)]))
}

/// Creates a public form with a file field.
fn bound(post: Option<&PostData>, settings: &Settings) -> ModelForm {
    let fields: Vec<ModelField> = ["name", "file"]
        .iter()
        .filter_map(|key| ModelField::find(Paper::meta(), key))
        .collect();
    let mut form = ModelForm::new(
        Record::new(Paper::meta()),
        true,
        &fields,
        &|_| Vec::new(),
        settings.time_zone,
    );
    if let Some(post) = post {
        form.bind(&Posted::new(post), settings.time_zone);
    }
    form
}

/// Shows the form, or stores the file.
async fn hand_in(
    request: HttpRequest,
    db: Data<Db>,
    settings: Data<Settings>,
    post: PostData,
) -> Result<HttpResponse> {
    let is_sent = request.method() == actix_web::http::Method::POST;
    let token = Csrf::from_request(&request).token();
    let page = db.run(move |_: &mut Conn| {
        let form = bound(Some(&post).filter(|_| is_sent), &settings);
        if is_sent && form.is_valid() {
            let upload = form.field("file").and_then(|bound| bound.upload.as_ref());
            let stored = upload.map(|upload| upload.store(&settings)).transpose()?;
            let name = stored.as_ref().map(|stored| stored.name().to_owned()).unwrap_or_default();
            if let Some(stored) = stored {
                stored.keep();
            }
            return Ok(format!("<p>stored as {name}</p>"));
        }
        let mut page = format!(
            "<form method=post enctype=multipart/form-data><input type=hidden name=\"csrfmiddlewaretoken\" value=\"{token}\">"
        );
        for bound in &form.fields {
            let control = Control::new(&form, bound, "");
            let kind = if control.kind.is_file() { "file" } else { "text" };
            let errors = bound.errors.join(" ");
            write!(page, "<input name={} type={kind}><ul id=\"id_{}_error\"><li>{errors}</li></ul>", control.name, control.name).ok();
            if let Some(chosen) = &control.chosen {
                write!(page, "<input type=hidden name={}-kept value=\"{}\">", control.name, chosen.reference).ok();
            }
        }
        Ok(format!("{page}</form>"))
    });
    Ok(HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .body(page.await?))
}

fn urls(settings: &Settings) -> Urls {
    crate::shop::urls(settings).include(Urls::new([path(
        "/hand-in/",
        "hand_in",
        Public,
        get(hand_in).post(hand_in),
    )]))
}

fn site(kind: Kind) -> TestSite {
    static PROJECT: Project = Project::new("Shop", &APPS, urls, register);
    let database = Database::migrated(kind);
    let conn = &mut database.connect();
    conn.batch_execute(match kind {
        Kind::Sqlite => {
            "CREATE TABLE papers_paper (id integer PRIMARY KEY AUTOINCREMENT, name text NOT NULL, \
                         file text NOT NULL, category_id bigint NOT NULL REFERENCES catalog_category (id))"
        }
        Kind::Postgres => {
            "CREATE TABLE papers_paper (id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, \
                           name text NOT NULL, file text NOT NULL, \
                           category_id bigint NOT NULL REFERENCES catalog_category (id))"
        }
    })
    .unwrap();
    ALICE.save(conn);
    support::product("Lamp").save(conn);
    TestSite::for_project(database, &[], &PROJECT)
}

/// The uploaded file, and the beginning of the expected error.
const REFUSED: [(&str, &str, &[u8], &str); 6] = [
    (
        "evil.html",
        "text/html",
        b"<html><script>alert(1)</script>",
        "File extension “html” is not allowed.",
    ),
    (
        "evil.svg",
        "image/svg+xml",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        "File extension “svg” is not allowed.",
    ),
    (
        "evil.txt",
        "text/plain",
        b"<script>alert(1)</script>",
        "This file holds a web page",
    ),
    (
        "evil.pdf",
        "text/html",
        b"%PDF-1.4",
        "The file was sent as “text/html”",
    ),
    (
        "a.pdf",
        "application/pdf",
        &[b' '; 2000],
        "The file is too large: 1.9 KB. At most 1 KB are allowed.",
    ),
    (
        "a draft.pdf",
        "application/pdf",
        b"%PDF-1.4",
        "Drafts are not accepted.",
    ),
];

fn stored(site: &TestSite) -> usize {
    std::fs::read_dir(site.database.dir.path().join("media/papers")).map_or(0, Iterator::count)
}

fn add(alice: &Client, name: &str, kind: &str, content: &[u8]) -> Reply {
    let form = alice
        .form(ADD, "name")
        .set("name", "Report")
        .set("category", "1");
    alice.submit(&form.attach("file", name, kind, content), "_save")
}

fn the_admin_refuses_files_that_the_field_does_not_take(kind: Kind) {
    let site = site(kind);
    let alice = ALICE.browser(&site);
    for (name, kind, content, error) in REFUSED {
        let reply = add(&alice, name, kind, content);
        assert!(
            reply.errors("file").starts_with(error),
            "{name}: expected {error}, got {}",
            reply.errors("file")
        );
    }
    assert_eq!(stored(&site), 0, "no refused file is stored");
    let reply = add(&alice, "report.pdf", "application/pdf", b"%PDF-1.4");
    assert_eq!(reply.status, 302, "{}", reply.words());
    assert_eq!(stored(&site), 1);
    let page = alice.get(ADD);
    assert!(
        page.shows(&[
            "accept=\".pdf,.csv,",
            "PDF documents or plain texts, at most 1 KB."
        ]),
        "{}",
        page.text()
    );
}

fn an_inline_refuses_files_that_the_field_does_not_take(kind: Kind) {
    let site = site(kind);
    let alice = ALICE.browser(&site);
    for (name, kind, content, error) in REFUSED {
        let form = alice.form(SHELF, "name").set("paper_set-0-name", "Report");
        let reply = alice.submit(
            &form.attach("paper_set-0-file", name, kind, content),
            "_save",
        );
        let errors = reply.errors("paper_set-0-file");
        assert!(
            errors.starts_with(error),
            "{name}: expected {error}, got {errors}: {}",
            reply.words()
        );
    }
    assert_eq!(stored(&site), 0, "no refused file is stored");
}

fn a_public_form_refuses_files_that_the_field_does_not_take(kind: Kind) {
    let site = site(kind);
    let visitor = site.client();
    let send = |name: &str, kind: &str, content: &[u8]| {
        let form = visitor.form("/hand-in/", "name").set("name", "Report");
        visitor.submit(&form.attach("file", name, kind, content), "")
    };
    for (name, kind, content, error) in REFUSED {
        let errors = send(name, kind, content).errors("file");
        assert!(
            errors.starts_with(error),
            "{name}: expected {error}, got {errors}"
        );
    }
    assert_eq!(stored(&site), 0, "no refused file is stored");
    assert_eq!(
        send("report.pdf", "application/pdf", b"%PDF-1.4").words(),
        "stored as papers/report.pdf"
    );
}

fn a_file_chosen_in_an_inline_is_kept_while_another_row_has_an_error(kind: Kind) {
    let site = site(kind);
    let alice = ALICE.browser(&site);
    let form = alice
        .form(SHELF, "name")
        .set("name", "")
        .set("paper_set-0-name", "Report");
    let reply = alice.submit(
        &form.attach(
            "paper_set-0-file",
            "report.pdf",
            "application/pdf",
            b"%PDF-1.4",
        ),
        "_save",
    );
    assert_eq!(reply.status, 200, "the category needs a name");
    assert!(
        reply.shows(&["Chosen, not saved yet: ", "report.pdf"]),
        "{}",
        reply.words()
    );
    let form = reply.form(SHELF, "name").set("name", "Lamps");
    assert_eq!(
        alice.submit(&form, "_save").status,
        302,
        "the file need not be chosen again"
    );
    assert_eq!(stored(&site), 1);
}

const KEPT_NO_MORE: &str =
    "The file that you chose is not kept any more. Choose it again, or save without it.";

fn a_file_chosen_by_an_anonymous_visitor_is_kept_for_that_visitor_only(kind: Kind) {
    let site = site(kind);
    let (visitor, other) = (site.client(), site.client());
    let form = visitor.form("/hand-in/", "name").attach(
        "file",
        "report.pdf",
        "application/pdf",
        b"%PDF-1.4",
    );
    let reply = visitor.submit(&form, "");
    assert_eq!(reply.errors("name"), "This field is required.");
    let form = reply.form("/hand-in/", "name").set("name", "Report");

    let token = other.form("/hand-in/", "name").value("csrfmiddlewaretoken");
    let stolen = other.submit(&form.clone().set("csrfmiddlewaretoken", &token), "");
    assert_eq!(
        stolen.errors("file"),
        KEPT_NO_MORE,
        "the reference is of no use to another visitor"
    );
    assert_eq!(
        visitor.submit(&form, "").words(),
        "stored as papers/report.pdf"
    );
    let again = visitor.submit(&form, "");
    assert_eq!(
        again.errors("file"),
        "This field is required.",
        "the kept file is gone once it is stored"
    );
}

fn a_file_chosen_in_an_add_form_is_kept_also_in_a_popup(kind: Kind) {
    let site = site(kind);
    let alice = ALICE.browser(&site);
    for (at, page) in [ADD.to_owned(), format!("{ADD}?_popup=1")]
        .into_iter()
        .enumerate()
    {
        let form = alice.form(&page, "name").set("category", "1");
        let reply = alice.submit(
            &form.attach("file", "report.pdf", "application/pdf", b"%PDF-1.4"),
            "_save",
        );
        assert!(
            reply.shows(&["Chosen, not saved yet: ", "report.pdf"]),
            "{page}: {}",
            reply.words()
        );
        let form = reply.form(&page, "name").set("name", "Report");
        let reply = alice.submit(&form, "_save");
        assert!(
            matches!(reply.status, 200 | 302),
            "{page}: {}",
            reply.words()
        );
        assert_eq!(
            stored(&site),
            at + 1,
            "{page}: the file need not be chosen again: {}",
            reply.words()
        );
    }
}

on_both!(
    the_admin_refuses_files_that_the_field_does_not_take,
    an_inline_refuses_files_that_the_field_does_not_take,
    a_public_form_refuses_files_that_the_field_does_not_take,
    a_file_chosen_in_an_inline_is_kept_while_another_row_has_an_error,
    a_file_chosen_by_an_anonymous_visitor_is_kept_for_that_visitor_only,
    a_file_chosen_in_an_add_form_is_kept_also_in_a_popup
);
