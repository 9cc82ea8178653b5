//! A lending library: pages and forms for visitors with every kind of control.

use nuages::admin::frame::{BaseSite, Frame};
use nuages::mail::EmailMessage;
use nuages::pages::SafeHtml;
use nuages::prelude::*;
use nuages::schema::auth_user;

/// A shelf.
#[nuages::model(app = "library", ordering = ["name"], display = "name")]
pub struct Shelf {
    #[field(max_length = 30)]
    pub name: String,
}

/// A word by which books are found.
#[nuages::model(app = "library", ordering = ["word"], display = "word")]
pub struct Tag {
    #[field(max_length = 30)]
    pub word: String,
}

/// A book.
#[nuages::model(app = "library", ordering = ["title"], display = "title")]
pub struct Book {
    #[field(max_length = 60, unique)]
    pub title: String,
    #[field(min = 1)]
    pub pages: i32,
    #[field(choices = ["novel", "poems"], default = "novel", max_length = 10)]
    pub kind: String,
    #[field(blank)]
    pub read_on: Option<NaiveDate>,
    #[field(file = "books/", blank, max_length = 100, kinds = nuages::models::FileKinds::PDF, max_size = 1000)]
    pub excerpt: String,
    #[field(blank, help_text = "For other readers.")]
    pub notes: String,
    #[field(default = false)]
    pub is_lent: bool,
    #[field(on_delete = "protect")]
    pub shelf: ForeignKey<Shelf>,
    #[field(on_delete = "cascade")]
    pub owner: ForeignKey<User>,
    #[field(blank)]
    pub tags: ManyToMany<Tag>,
}

/// A question to the librarian.
#[nuages::form]
pub struct Question {
    #[field(max_length = 50)]
    pub name: String,
    #[field(email)]
    pub email: String,
    #[field(choices = ["loan", "other"], max_length = 10)]
    pub topic: String,
    pub day: NaiveDate,
    pub at: NaiveTime,
    #[field(blank)]
    pub call: Option<Timestamp>,
    pub copies: i32,
    pub is_urgent: bool,
    #[field(blank)]
    pub shelf: Option<ForeignKey<Shelf>>,
    #[field(max_length = 20, blank)]
    pub pin: String,
    #[field(max_length = 20, blank)]
    pub source: String,
    pub text: String,
}

/// The reader who gives a book.
#[nuages::form]
pub struct Giver {
    #[field(email)]
    pub email: String,
    #[field(on_delete = "cascade")]
    pub place: ForeignKey<Shelf>,
    #[field(file = "letters/", blank, kinds = nuages::models::FileKinds::PDF)]
    pub letter: String,
}

nuages::urls! {
    book_list: "/", Access::Public, get(book_list);
    my_books: "/mine/", Access::Login, get(my_books);
    new_book: "/new/", Access::Login, form(new_book);
    edit_book(id: i64): "/{id}/edit/", Access::Login, form(edit_book);
    delete_book(id: i64): "/{id}/delete/", Access::Login, form(delete_book);
    delete_shelf(id: i64): "/shelves/{id}/delete/", Access::Login, form(delete_shelf);
    give: "/give/", Access::Public, form(give);
    ask: "/ask/", Access::Public, form(ask);
    note: "/note/", Access::Public, form(note);
    shelves: "/shelves/", Access::Login, form(shelves);
}

/// The site.
pub(crate) static LIBRARY: Project = Project::with_apps("Library", &nuages::apps![APP])
    .urls(urls)
    .admin(register);

/// The admin, with a footer and a link of the site.
fn register(mut site: AdminSite) -> AdminSite {
    site.base_site = Some(|frame| {
        let name = Branding { frame }.render()?;
        Ok(BaseSite {
            branding: Some(SafeHtml::new(name)),
            userlinks: SafeHtml::new("<a href=\"/help/\">Help</a>"),
            footer: SafeHtml::new("<footer>Open from 9 to 5</footer>"),
            ..BaseSite::default()
        })
    });
    site.register::<Book>(|book| book)
}

#[derive(Template)]
#[template(
    source = "<a class=\"brand\" href=\"/admin/\">The library: {{ frame.title }}</a>",
    ext = "html"
)]
struct Branding<'a> {
    frame: &'a Frame,
}

const APP: AppConfig = AppConfig::new(
    "library",
    "Library",
    &[Shelf::meta, Tag::meta, Book::meta],
    nuages::migrations!("library" in "tests/visitors/migrations"),
);

#[nuages::page(
    title = "Books",
    source = "{% for book in books %}<h2>{{ book.title }}</h2><a href=\"{{ url::edit_book(book.id) }}\">Edit</a><div class=\"notes\">{{ book.notes|linebreaks }}</div>\
              <p>{{ book.read_on|date(\"j F Y\") }}</p>{% else %}<p>No books.</p>{% endfor %}{{ books.pager }}"
)]
struct BookList {
    page: Page,
    books: ListPage<Book>,
}

async fn book_list(page: Page, list: Listing) -> Result<BookList> {
    let books = list.per_page(10).all::<Book>().await?;
    Ok(BookList { page, books })
}

async fn my_books(page: Page, list: Listing) -> Result<BookList> {
    let mine = library_book::table
        .filter(library_book::owner_id.eq(page.user()?.id))
        .order(library_book::title);
    let books = list.page(mine).await?;
    Ok(BookList { page, books })
}

#[nuages::page(source = "{% block title %}Form{% endblock %}\
                         {% block content %}{{ form.row }}{{ form.with_button(\"Save\")? }}{% endblock %}")]
struct FormPage {
    page: Page,
    form: HtmlForm,
}

async fn new_book(page: Page, form: FormView<Book>) -> Result<HttpResponse> {
    let owner = page.user()?.id;
    form.set(library_book::owner_id, owner)
        .radio(library_book::kind)
        .checkboxes(Book::TAGS)
        .label(library_book::read_on, "Read on")
        .initial(library_book::pages, 100)
        .check(|_, book| {
            let is_too_long = book.kind == "poems" && book.pages > 500;
            Ok(is_too_long
                .then(|| FieldError::new(library_book::pages, "Nobody reads so many poems."))
                .into_iter()
                .collect())
        })
        .after_save(|conn, book| {
            let words = format!("{}: {} pages", book.title, book.pages);
            diesel::update(library_book::table.find(book.id))
                .set(library_book::notes.eq(format!("{}{words}", book.notes)))
                .execute(conn)?;
            Ok(())
        })
        .message("The book is on its shelf.")
        .create()
        .await?
        .respond(|form| FormPage { page, form }, |_| url::my_books())
}

async fn edit_book(page: Page, id: web::Path<i64>, form: FormView<Book>) -> Result<FormPage> {
    let form = form
        .fields((library_book::title, library_book::notes, Book::TAGS))
        .update(*id)
        .await?
        .or_redirect(|book| url::edit_book(book.id))?;
    Ok(FormPage { page, form })
}

async fn delete_book(page: Page, id: web::Path<i64>, form: FormView<Book>) -> Result<FormPage> {
    let form = form.delete(*id).await?.or_redirect(|_| url::book_list())?;
    Ok(FormPage { page, form })
}

async fn delete_shelf(page: Page, id: web::Path<i64>, form: FormView<Shelf>) -> Result<FormPage> {
    let form = form.delete(*id).await?.or_redirect(|_| url::book_list())?;
    Ok(FormPage { page, form })
}

async fn give(page: Page, form: FormView<Book>) -> Result<FormPage> {
    let form = form
        .fields((library_book::title, library_book::pages))
        .extra_fields(|conn, book, giver: Giver| {
            let reader = auth_user::table.filter(auth_user::email.eq(&giver.email));
            let owner: i32 = reader.select(auth_user::id).first(conn)?;
            book.set(library_book::owner_id, owner);
            book.set(library_book::shelf_id, giver.place_id);
            book.set(library_book::notes, giver.letter);
            Ok(())
        })
        .create()
        .await?
        .or_redirect(|_| url::book_list())?;
    Ok(FormPage { page, form })
}

async fn ask(page: Page, form: FormView<Question>) -> Result<HttpResponse> {
    let form = form
        .radio(question::topic)
        .password(question::pin)
        .hidden(question::source)
        .initial(question::source, "form")
        .after_save(|conn, asked| {
            let subject = format!("A question of {}", asked.name);
            EmailMessage::new(subject, &asked.text, ["library@example.com"]).enqueue(conn)
        });
    match form.validate().await? {
        FormResult::Form(form) => Ok(render_framed(&FormPage { page, form })?.into()),
        FormResult::Saved(asked) => Ok(HttpResponse::Ok().body(format!("{asked:?}"))),
    }
}

/// A tag may be added by a visitor who is not logged in.
async fn note(page: Page, form: FormView<Tag>) -> Result<FormPage> {
    let form = form.create().await?.or_redirect(|_| url::book_list())?;
    Ok(FormPage { page, form })
}

#[nuages::page(source = "{{ forms.with_button(\"Save\")? }}", title = "Shelves")]
struct Shelves {
    page: Page,
    forms: HtmlFormSet,
}

async fn shelves(page: Page, forms: FormSetView<Shelf>) -> Result<Shelves> {
    let forms = forms
        .extra(1)
        .max(4)
        .can_delete()
        .message("The shelves are saved.")
        .save()
        .await?
        .or_redirect(url::shelves())?;
    Ok(Shelves { page, forms })
}
