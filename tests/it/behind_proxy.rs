//! The site behind a proxy: `USE_X_FORWARDED_HOST`, `USE_X_FORWARDED_PORT` and `FORCE_SCRIPT_NAME`.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use diesel::connection::SimpleConnection as _;

use crate::support::{
    ALICE, CHARLIE, Client, Database, Kind, Process, TestSite, product, say_skipped,
};

const PREFIX: [(&str, &str); 1] = [("FORCE_SCRIPT_NAME", "/shop/")];

/// Creates a shop with a product, the superuser Alice and the customer Charlie.
fn stocked(kind: Kind) -> Database {
    let database = Database::migrated(kind);
    let conn = &mut database.connect();
    for persona in [&ALICE, &CHARLIE] {
        persona.save(conn);
    }
    product("Lamp").tag("oak").save(conn);
    drop(database.connect());
    database
}

fn log_in(client: &Client, prefix: &str) {
    let path = format!("{prefix}/accounts/login/");
    let fields = [
        ("username", ALICE.username),
        ("password", ALICE.password),
        ("next", "/admin/"),
    ];
    let reply = client.post(&path, &fields);
    assert_eq!(
        (reply.status, reply.header("location")),
        (302, &*format!("{prefix}/admin/")),
        "{}",
        reply.text()
    );
}

/// Returns every absolute path in an attribute of the page.
fn rooted_urls(page: &str) -> Vec<String> {
    let mut urls = Vec::new();
    for name in [
        "href",
        "src",
        "action",
        "formaction",
        "data-autocomplete-url",
        "data-href-template",
    ] {
        for rest in page.split(&format!(" {name}=\"")).skip(1) {
            let url = rest
                .split('"')
                .next()
                .unwrap()
                .replace("&#38;", "&")
                .replace("&amp;", "&");
            if url.starts_with('/') {
                urls.push(url);
            }
        }
    }
    urls
}

/// Follows the links from `start`; checks that each begins with `prefix` and works.
fn crawl(client: &Client, prefix: &str, start: &str) -> BTreeSet<String> {
    let mut seen = BTreeSet::from([start.to_owned()]);
    let mut waiting = vec![start.to_owned()];
    while let Some(path) = waiting.pop() {
        let reply = client.get(&path);
        assert!(
            // A form may be sent to a URL that answers POST only.
            [200, 302, 405].contains(&reply.status),
            "{path} must answer, but its status is {}",
            reply.status
        );
        if reply.status == 302 {
            let location = reply.header("location");
            assert!(
                !location.starts_with('/') || location.starts_with(prefix),
                "{path} redirects to {location}"
            );
        }
        if !reply.header("content-type").starts_with("text/html") {
            continue;
        }
        for url in rooted_urls(&reply.text()) {
            assert!(
                url.starts_with(&format!("{prefix}/")),
                "{path} has the URL {url} without {prefix}"
            );
            let plain = url.split('#').next().unwrap().to_owned();
            let is_page =
                !url.contains("__fk__") && !url.contains("logout") && !url.contains("autocomplete");
            // Pages that differ only in their parameters are visited once.
            let is_new = !plain.contains('?') && seen.len() < 120 && seen.insert(plain.clone());
            if is_page && is_new {
                waiting.push(plain);
            }
        }
    }
    seen
}

/// A real nginx in front of the site, which ends when the value is dropped.
struct Nginx {
    child: Child,
    port: u16,
    _dir: tempfile::TempDir,
}

impl Nginx {
    /// Returns `None` with a message if nginx is not installed. `location` is the content of the
    /// `location` block.
    fn start(test: &str, location: &str) -> Option<Self> {
        let program = ["/usr/sbin/nginx", "/usr/local/sbin/nginx", "/usr/bin/nginx"]
            .into_iter()
            .find(|path| std::path::Path::new(path).exists());
        let Some(program) = program else {
            say_skipped(
                test,
                "nginx is not installed (Debian: apt-get install nginx-light)",
            );
            return None;
        };
        let dir = tempfile::TempDir::new().unwrap();
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let path = dir.path().display();
        let configuration = format!(
            "daemon off; master_process off; pid {path}/pid; error_log {path}/error.log;
             events {{}}
             http {{
                 access_log off; client_body_temp_path {path}/body; proxy_temp_path {path}/proxy;
                 fastcgi_temp_path {path}/f; uwsgi_temp_path {path}/u; scgi_temp_path {path}/s;
                 server {{ listen 127.0.0.1:{port}; {location} }}
             }}"
        );
        std::fs::File::create(dir.path().join("nginx.conf"))
            .unwrap()
            .write_all(configuration.as_bytes())
            .unwrap();
        let child = Command::new(program)
            .arg("-c")
            .arg(dir.path().join("nginx.conf"))
            .stdout(Stdio::null())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let nginx = Self {
            child,
            port,
            _dir: dir,
        };
        for _ in 0..200 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return Some(nginx);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("nginx does not answer at port {port}");
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn every_url_of_the_site_begins_with_the_script_name(kind: Kind) {
    let site = TestSite::with(stocked(kind), &PREFIX, crate::shop::urls);
    let visitor = site.client();
    let seen = crawl(&visitor, "/shop", "/shop/");
    for expected in [
        "/shop/products/lamp/",
        "/shop/categories/",
        "/shop/accounts/login/",
    ] {
        assert!(
            seen.contains(expected),
            "a visitor must reach {expected}: {seen:?}"
        );
    }
    let staff = site.client();
    log_in(&staff, "/shop");
    let seen = crawl(&staff, "/shop", "/shop/admin/");
    for expected in [
        "/shop/admin/catalog/product/add/",
        "/shop/admin/catalog/product/1/change/",
        "/shop/admin/doc/models/",
    ] {
        assert!(
            seen.contains(expected),
            "staff must reach {expected}: {seen:?}"
        );
    }
}

fn urls_inside_of_json_begin_with_the_script_name(kind: Kind) {
    let database = stocked(kind);
    database
        .connect()
        .batch_execute("UPDATE catalog_product SET image = 'products/a.png'")
        .unwrap();
    let site = TestSite::with(database, &PREFIX, crate::shop::urls);
    let client = site.client();
    log_in(&client, "/shop");
    for (path, url) in [
        ("/shop/api/catalog/product/", "/shop/media/products/a.png"),
        ("/shop/api/catalog/product/1/", "/shop/media/products/a.png"),
        ("/shop/api/shop/products/", "/shop/media/products/a.png"),
        ("/shop/api/shop/products/", "/shop/products/lamp/"),
        (
            "/shop/admin/search/?q=Lamp",
            "/shop/admin/catalog/product/1/change/",
        ),
    ] {
        let json = client.get_with(path, &[("accept", "application/json")]);
        assert_eq!(json.status, 200, "{path}: {}", json.text());
        assert!(
            json.text().contains(&format!("\"{url}\"")),
            "{path} must have {url}: {}",
            json.text()
        );
    }
}

fn redirects_keep_the_script_name(kind: Kind) {
    let site = TestSite::with(stocked(kind), &PREFIX, crate::shop::urls);
    let visitor = site.client();
    let location = |path: &str| visitor.get(path).header("location").to_owned();
    assert_eq!(
        location("/shop/accounts/profile/"),
        "/shop/accounts/login/?next=/accounts/profile/"
    );
    assert_eq!(
        location("/shop/products"),
        "/shop/products/",
        "the slash is appended"
    );
    // A proxy that strips the path.
    assert_eq!(location("/products"), "/shop/products/");
    let page = visitor.get("/shop/accounts/login/?next=/shop/products/");
    assert!(
        page.shows(&["action=\"/shop/accounts/login/\""])
            || !page.text().contains("action=\"/accounts"),
        "{}",
        page.text()
    );
    let fields = [
        ("username", CHARLIE.username),
        ("password", CHARLIE.password),
        ("next", "/shop/products/"),
    ];
    assert_eq!(
        visitor
            .post("/shop/accounts/login/", &fields)
            .header("location"),
        "/shop/products/"
    );
    let cookie = visitor
        .get("/shop/accounts/login/")
        .set_cookie("csrftoken")
        .to_owned();
    assert!(
        cookie.contains("Path=/;") || cookie.ends_with("Path=/"),
        "as in Django, the cookie's path stays /: {cookie}"
    );
    let shown = visitor.get("/shop/sitemap.xml").text();
    assert!(
        shown.contains("/shop/products/lamp/</loc>") && !shown.contains(":/products"),
        "{shown}"
    );
    assert!(
        visitor
            .get("/shop/robots.txt")
            .shows(&["Disallow: /shop/admin/", "/shop/sitemap.xml"])
    );
    assert_eq!(
        visitor.get("/shopping/").status,
        404,
        "another path that begins with the same letters"
    );
}

fn a_redirect_to_https_keeps_the_script_name(kind: Kind) {
    let settings = [PREFIX[0], ("SECURE_SSL_REDIRECT", "1")];
    let site = TestSite::with(stocked(kind), &settings, crate::shop::urls);
    let reply = site
        .client()
        .get_with("/shop/products/?page=2", &[("host", "localhost")]);
    assert_eq!(
        (reply.status, reply.header("location")),
        (301, "https://localhost/shop/products/?page=2")
    );
}

fn links_in_mails_have_the_script_name_and_the_forwarded_host(kind: Kind) {
    let database = stocked(kind);
    let folder = database.dir.path().join("mail");
    let settings = [
        PREFIX[0],
        ("USE_X_FORWARDED_HOST", "1"),
        ("ALLOWED_HOSTS", "shop.example"),
        ("EMAIL_BACKEND", "file"),
        ("EMAIL_FILE_PATH", folder.to_str().unwrap()),
        ("TASK_THREADS", "1"),
    ];
    let site = TestSite::with(database, &settings, crate::shop::urls);
    let client = site.client();
    let headers = [("x-forwarded-host", "shop.example")];
    let token = client
        .get_with("/shop/accounts/password_reset/", &headers)
        .token()
        .unwrap();
    let fields = [("email", CHARLIE.email), ("csrfmiddlewaretoken", &token)];
    assert_eq!(
        client
            .post_with("/shop/accounts/password_reset/", &headers, &fields)
            .status,
        302
    );
    let mail = (0..200).find_map(|_| {
        std::thread::sleep(Duration::from_millis(50));
        let mut files = std::fs::read_dir(&folder).ok()?;
        let text = std::fs::read_to_string(files.next()?.unwrap().path()).ok()?;
        text.contains("</html>").then_some(text)
    });
    let mail = mail.expect("a mail must come");
    assert!(
        mail.contains("http://shop.example/shop/accounts/reset/"),
        "{mail}"
    );
}

fn the_forwarded_host_is_used_only_with_its_setting(kind: Kind) {
    let headers = [
        ("host", "internal.example"),
        ("x-forwarded-host", "shop.example"),
    ];
    let both = ("ALLOWED_HOSTS", "shop.example");
    let site = TestSite::with_settings(kind, &[both]);
    assert_eq!(
        site.client().get_with("/", &headers).status,
        400,
        "the header of a visitor must not count"
    );
    let behind = TestSite::beside(&site, &[both, ("USE_X_FORWARDED_HOST", "1")]);
    assert_eq!(behind.client().get_with("/", &headers).status, 200);
    assert_eq!(
        behind
            .client()
            .get_with(
                "/",
                &[
                    ("host", "shop.example"),
                    ("x-forwarded-host", "evil.example")
                ]
            )
            .status,
        400
    );
    let sitemap = behind.client().get_with("/sitemap.xml", &headers).text();
    assert!(
        sitemap.contains("<loc>http://shop.example/</loc>"),
        "{sitemap}"
    );
}

fn a_real_nginx_serves_the_site_below_a_path(kind: Kind) {
    let database = stocked(kind);
    let settings = [
        ("FORCE_SCRIPT_NAME", "/shop"),
        ("USE_X_FORWARDED_HOST", "1"),
        ("USE_X_FORWARDED_PORT", "1"),
        ("ALLOWED_HOSTS", "127.0.0.1"),
    ];
    let site = Process::start(&database, &settings);
    let headers =
        "proxy_set_header Host internal.invalid; proxy_set_header X-Forwarded-Host $http_host;
                   proxy_set_header X-Forwarded-Port $server_port;";
    // With the slash at the end nginx strips the path, without it nginx forwards the path.
    for target in ["/", ""] {
        let location = format!(
            "location /shop/ {{ proxy_pass http://127.0.0.1:{}{target}; {headers} }}",
            site.port()
        );
        let Some(nginx) = Nginx::start(module_path!(), &location) else {
            return;
        };
        let staff = Client::new(nginx.port);
        log_in(&staff, "/shop");
        let seen = crawl(&staff, "/shop", "/shop/");
        assert!(seen.contains("/shop/products/lamp/"), "{seen:?}");
        let seen = crawl(&staff, "/shop", "/shop/admin/catalog/product/1/change/");
        let styles = seen
            .iter()
            .find(|path| path.contains(".css"))
            .expect("a page must have a style sheet");
        assert!(
            !staff.get(styles).text().contains("url(\"/"),
            "{styles} must name its files relative to itself"
        );
        let sitemap = staff.get("/shop/sitemap.xml").text();
        assert!(
            sitemap.contains(&format!("<loc>http://127.0.0.1:{}/shop/</loc>", nginx.port)),
            "{sitemap}"
        );
    }
}

fn check_names_settings_of_django_that_are_ignored(kind: Kind) {
    let database = Database::migrated(kind);
    std::fs::write(
        database.dir.path().join(".env"),
        "LOGIN_URL=/enter/\nUSE_TZ=1\n",
    )
    .unwrap();
    let done = database.nuages(&["check"]);
    let said = String::from_utf8_lossy(&done.stdout);
    assert!(
        done.status.success(),
        "a warning must not fail the check: {said}"
    );
    for name in ["LOGIN_URL", "USE_TZ"] {
        assert!(
            said.contains(&format!("(nuages.W002) {name} is a setting of Django")),
            "{name} must be named: {said}"
        );
    }
}

fn the_policy_of_the_settings_is_sent(kind: Kind) {
    let settings = [
        ("SECURE_CSP", "img-src 'self' https://cdn.example"),
        ("SECURE_CSP_REPORT_ONLY", "default-src 'self'"),
    ];
    let reply = TestSite::with_settings(kind, &settings).client().get("/");
    let policy = reply.header("content-security-policy");
    assert!(
        policy.contains("; img-src 'self' https://cdn.example;")
            && policy.contains("script-src 'self'"),
        "{policy}"
    );
    assert_eq!(
        reply.header("content-security-policy-report-only"),
        "default-src 'self'"
    );
}

on_both!(
    every_url_of_the_site_begins_with_the_script_name,
    urls_inside_of_json_begin_with_the_script_name,
    redirects_keep_the_script_name,
    a_redirect_to_https_keeps_the_script_name,
    links_in_mails_have_the_script_name_and_the_forwarded_host,
    the_forwarded_host_is_used_only_with_its_setting,
    a_real_nginx_serves_the_site_below_a_path,
    check_names_settings_of_django_that_are_ignored,
    the_policy_of_the_settings_is_sent
);
