//! A guest book: a model, a public page with a form, and the admin. Run it in an empty folder.
use nuages::prelude::*;

/// An entry of the guest book.
#[nuages::model(app = "guestbook", ordering = ["-id"])]
struct Entry {
    #[field(max_length = 80)]
    name: String,
    text: String,
}

#[nuages::page(source = r#"{% block title %}Guest book{% endblock %}
{% block content %}<div class="wrap"><h1>Guest book</h1>{{ form.with_button("Sign")? }}
{% for row in rows %}<h2>{{ row.name }}</h2>{{ row.text|linebreaks }}{% endfor %}{{ rows.pager }}
</div>{% endblock %}"#)]
struct GuestBook {
    page: Page,
    form: HtmlForm,
    rows: ListPage<Entry>,
}

async fn book(page: Page, form: FormView<Entry>, list: Listing) -> Result<GuestBook> {
    let form = form.create().await?.or_redirect(|_| url::guest_book())?;
    let rows = list.all::<Entry>().await?;
    Ok(GuestBook { page, form, rows })
}

nuages::urls! { guest_book: "/", Access::Public, form(book) }
const MIGRATIONS: &[Migration] = nuages::migrations!("guestbook" in "examples/hello/migrations");
const APP: AppConfig = AppConfig::new("guestbook", "Guest book", &[Entry::meta], MIGRATIONS);
pub(crate) static SITE: Project = Project::with_apps("Hello", &nuages::apps![APP])
    .urls(urls)
    .admin(|site| site.register::<Entry>(|entry| entry.list_display((guestbook_entry::name,))));

fn main() -> std::process::ExitCode {
    nuages::commands::main(&SITE)
}
