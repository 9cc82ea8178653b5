//! A site whose page has every control, and which answers a form with what it received.

use nuages::actix_web::HttpResponse;
use nuages::models::content_types;
use nuages::prelude::*;
use nuages::{admin, auth, sessions};

static APPS: [AppConfig; 4] = [admin::APP, auth::APP, content_types::APP, sessions::APP];

/// The site.
pub(crate) static ECHO: Project = Project::new("Echo", &APPS, urls, |site| site);

fn urls(_: &Settings) -> Urls {
    Urls::new([
        path("/form/", "form", Access::Public, get(form).post(echo)),
        path("/search/", "search", Access::Public, get(search)),
        path("/moved/", "moved", Access::Public, get(moved)),
        path("/broken/", "broken", Access::Public, get(broken)),
        path("/time/", "time", Access::Public, get(time)),
    ])
    .include(batteries())
}

#[derive(Template)]
#[template(
    source = r##"<title>Form</title>
<form id="search" action="/search/?old=1"><input name="q" value="lamp"><button>Search</button></form>
<form id="everything" method="post" enctype="multipart/form-data">
    <input type="hidden" name="csrfmiddlewaretoken" value="{{ page.csrf_token() }}">
    <label>Title <input name="title" value="Old &amp; gold"></label>
    <textarea name="text">
one
two</textarea>
    <input type="checkbox" name="urgent"> <input type="checkbox" name="public" checked value="yes">
    <label><input type="radio" name="size" value="s">Small</label>
    <label><input type="radio" name="size" value="l" checked>Large</label>
    <select name="priority"><option value="1">Low</option><option value="2">High</option></select>
    <select name="tags" multiple><option selected>red</option><option>green</option><option>blue</option></select>
    <input name="line" value="a"><input name="line" value="b">
    <input name="locked" value="1" disabled>
    <fieldset disabled><input name="inner" value="1"></fieldset>
    <template><input name="empty-row" value="1"></template>
    <input type="file" name="file">
    <button type="button" name="nothing">Nothing</button>
    <button name="_save" value="1">Save</button>
    <button name="_more" formaction="/form/?more=1">Save and more</button>
</form>
<input name="outside" value="2" form="everything">
<a href="../search/?q=there">There</a>"##,
    ext = "html"
)]
struct Form {
    page: Page,
}

async fn form(page: Page) -> Result<Html> {
    render(&Form { page })
}

async fn echo(data: PostData) -> HttpResponse {
    let fields: Vec<(&str, &str)> = data
        .fields
        .iter()
        .filter(|(name, _)| *name != "csrfmiddlewaretoken")
        .collect();
    let file = data.file("file").map(|file| {
        let content = std::fs::read_to_string(file.path()).unwrap_or_default();
        (file.name.clone(), content)
    });
    HttpResponse::Ok().json((fields, file))
}

async fn search(query: QueryDict) -> HttpResponse {
    let text: Vec<String> = query
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    HttpResponse::Ok().body(text.join("&"))
}

async fn moved() -> HttpResponse {
    redirect("/search/?q=moved")
}

async fn broken() -> Result<Html> {
    Err(Error::Panicked("the lamp fell over".to_owned()))
}

async fn time() -> HttpResponse {
    HttpResponse::Ok().body(Timestamp::now().utc().to_rfc3339())
}
