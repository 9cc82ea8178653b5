//! Case-insensitive searches and lookups support all letters, alike on both databases.

use crate::shop::catalog::models::Tag;
use crate::shop::schema::catalog_tag as tag;
use nuages::auth::{NewUser, User};
use nuages::db::Value;
use nuages::models::{Condition, IntoPath as _, Lookup, Model as _, Query};

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;

use crate::support::{ALICE, Database, Kind, Process, TestSite, product};

fn a_search_finds_letters_beyond_ascii_in_any_case(kind: Kind) {
    let database = Database::migrated(kind);
    let conn = &mut database.connect();
    ALICE.save(conn);
    product("Ärzte-Stühle")
        .description("Bequem")
        .category("Möbel")
        .save(conn);
    product("Arzt")
        .description("Nur für ÄRZTE")
        .category("Sessel")
        .save(conn);
    product("Chair").save(conn);
    let site = TestSite::with(database, &[], crate::shop::urls);
    let alice = ALICE.browser(&site);
    for url in [
        "/products/?q=%C3%A4rzte",
        "/products/?q=%C3%84RZTE",
        "/admin/catalog/product/?q=%C3%A4rzte",
        "/admin/catalog/product/?q=%C3%84rZTE",
    ] {
        let words = alice.get(url).words();
        let found = ["Ärzte-Stühle", "Arzt ", "Chair"].map(|name| words.contains(name));
        assert_eq!(
            found,
            [true, true, false],
            "{url} finds both products with the word, in name or description"
        );
    }
    for lookup in [
        "icontains=RZTE-ST%C3%9C",
        "istartswith=%C3%A4r",
        "iendswith=ST%C3%9CHLE",
        "iexact=%C3%84RZTE-ST%C3%9CHLE",
    ] {
        let words = alice
            .get(&format!("/admin/catalog/product/?name__{lookup}"))
            .words();
        assert!(
            words.contains("Ärzte-Stühle") && !words.contains("Chair"),
            "name__{lookup} finds the chairs"
        );
    }
    let url = "/admin/autocomplete/?app_label=catalog&model_name=product&field_name=category&term=M%C3%96BEL";
    assert!(
        alice.get(url).shows(&["M\\u00f6bel"]),
        "the autocomplete field finds Möbel by MÖBEL"
    );
}

fn user_names_and_addresses_are_compared_in_any_case(kind: Kind) {
    let database = Database::migrated(kind);
    let conn = &mut database.connect();
    let user = NewUser::customer(
        "Jörg_50%",
        "jörg@müller.example",
        NO_PASSWORD_HASH.to_owned(),
    );
    user.save(conn).unwrap();
    for (name, wanted) in [
        ("JÖRG_50%", true),
        ("jörg_50%", true),
        ("Jorg_50%", false),
        ("Jörg%", false),
        ("Jörgx50%", false),
    ] {
        assert_eq!(
            NewUser::is_taken(conn, name).unwrap(),
            wanted,
            "whether the name {name} is taken by Jörg_50%"
        );
    }
    let found = User::who_may_reset(conn, "JÖRG@MÜLLER.EXAMPLE").unwrap();
    assert_eq!(found.len(), 1, "the address in capitals finds the user");
}

fn letters_are_the_same_if_their_upper_case_is_one_letter_and_the_same(kind: Kind) {
    let database = Database::migrated(kind);
    let conn = &mut database.connect();
    let texts = [
        "straße",
        "STRASSE",
        "ΟΔΟΣ",
        "οδος",
        "οδός",
        "Яблоко",
        "µm",
        "ÿ",
        "ᾳ",
        "100 %_ü\\",
    ];
    for (text, number) in texts.iter().zip(1_i64..) {
        let row = Tag {
            id: number,
            name: (*text).to_owned(),
            slug: format!("t{number}"),
        };
        diesel::insert_into(tag::table)
            .values(row)
            .execute(conn)
            .unwrap();
    }
    let mut found = |lookup: Lookup, text: &str| -> Vec<i64> {
        let values = vec![Value::Text(text.to_owned())];
        let rows = Query::new(Tag::meta()).filter(Condition::Is {
            path: tag::name.into_path(),
            lookup,
            values,
        });
        rows.order_by(nuages::models::Ordering::into_ordering((tag::id,)))
            .pks(conn)
            .unwrap()
            .iter()
            .filter_map(Value::as_i64)
            .collect()
    };
    for (text, wanted) in [
        ("STRAßE", vec![1]),
        ("strasse", vec![2]),
        ("οδοσ", vec![3, 4]),
        ("ΟΔΌΣ", vec![5]),
        ("яБЛОКО", vec![6]),
        ("ΜM", vec![7]),
        ("Ÿ", vec![8]),
        ("ᾼ", vec![9]),
        ("%_Ü\\", vec![10]),
        ("_Ü_", vec![]),
    ] {
        assert_eq!(
            found(Lookup::IContains, text),
            wanted,
            "the rows that contain {text:?}"
        );
    }
    assert_eq!(
        found(Lookup::IExact, "ΟΔΟς"),
        [3, 4],
        "the rows that are ΟΔΟς"
    );
    assert_eq!(
        found(Lookup::IStartsWith, "яб"),
        [6],
        "the rows that begin with яб"
    );
    assert_eq!(
        found(Lookup::IContains, &"ä".repeat(60_000)),
        [0; 0],
        "a text longer than any pattern is not found"
    );
    assert_eq!(
        found(Lookup::Contains, "Яблоко"),
        [6],
        "a lookup that respects case finds the exact letters"
    );
    assert_eq!(
        found(Lookup::Contains, "яблоко"),
        [0; 0],
        "and not those in another case"
    );
}

on_both!(
    a_search_finds_letters_beyond_ascii_in_any_case,
    user_names_and_addresses_are_compared_in_any_case,
    letters_are_the_same_if_their_upper_case_is_one_letter_and_the_same
);

/// A hash that no password matches.
const NO_PASSWORD_HASH: &str =
    "pbkdf2_sha256$1000000$saltofalice0123456789a$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

#[test]
fn a_postgresql_database_of_the_c_locale_finds_letters_beyond_ascii() {
    if !Kind::postgres_is_there("a_postgresql_database_of_the_c_locale_finds_letters_beyond_ascii")
    {
        return;
    }
    let mut database = Database::empty(Kind::Postgres);
    let name = format!(
        "{}_c",
        database
            .url
            .rsplit('/')
            .next()
            .unwrap()
            .split('?')
            .next()
            .unwrap()
    );
    let create = format!("CREATE DATABASE {name} TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'");
    database.connect().batch_execute(&create).unwrap();
    database.url = database
        .url
        .replace(name.strip_suffix("_c").unwrap(), &name);
    let done = database.nuages(&["migrate"]);
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    product("Ärzte-Stühle").save(&mut database.connect());
    let site = Process::start(&database, &[("DEBUG", "1")]);
    let words = site.client().get("/products/?q=%C3%A4rzte").words();
    assert!(words.contains("Ärzte-Stühle"), "{words}");
}
