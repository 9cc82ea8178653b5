//! Tests of the validation of model forms.

use chrono_tz::Tz;
use diesel::prelude::*;

use super::{
    BoundField, Cleaned, Control, ControlKind, ModelField, ModelForm, Posted, Typed, clean, texts,
};
use crate::db::{Decimal, Kind, Value};
use crate::http::{PostData, QueryDict};
use crate::models::{Description, Meta, Model, Record};
use crate::test_tables::{catalog_product, orders_order};

#[derive(Identifiable)]
#[diesel(table_name = catalog_product)]
struct Product {
    id: i64,
}

impl Model for Product {
    fn describe(it: Description<Self>) -> Description<Self> {
        use catalog_product as product;
        it.field(product::name, |field| field.max_length(5))
            .field(product::slug, |field| field.slug(6).unique())
            .field(product::price, |field| {
                field.decimal(10, 2).min(Decimal::new(1, 2))
            })
            .field(product::stock, |field| {
                field.positive().min(1).default(|| 1.into())
            })
            .field(product::is_active, |field| field.default(|| true.into()))
            .field(product::created_at, |field| field)
    }
}

#[derive(Identifiable)]
#[diesel(table_name = orders_order)]
struct Order {
    id: i64,
}

impl Model for Order {
    fn describe(it: Description<Self>) -> Description<Self> {
        use orders_order as order;
        it.field(order::status, |field| {
            field.max_length(10).text_choices(&["new", "paid"])
        })
        .field(order::customer_id, |field| {
            field.to::<Self>(crate::models::OnDelete::SetNull)
        })
    }
}

diesel::table! {
    use diesel::sql_types::BigInt;
    use crate::db::sql_types::Json;

    papers (id) {
        id -> BigInt,
        body -> Json,
    }
}

#[derive(Identifiable)]
#[diesel(table_name = papers)]
struct Paper {
    id: i64,
}

impl Model for Paper {
    fn describe(it: Description<Self>) -> Description<Self> {
        it.label("x.Paper")
    }
}

fn field(model: &'static Meta, key: &str) -> ModelField {
    ModelField::find(model, key).unwrap()
}

fn said(model: &'static Meta, key: &str, texts: &[&str]) -> Result<Value, Vec<String>> {
    let typed = Typed(texts.iter().map(|&text| text.to_owned()).collect());
    clean(field(model, key), &typed, Tz::Europe__Paris)
        .map(|cleaned| cleaned.one().unwrap().clone())
}

fn product(key: &str, text: &str) -> Result<Value, Vec<String>> {
    said(Product::meta(), key, &[text])
}

#[test]
fn texts_are_stripped_and_measured() {
    assert_eq!(product("name", "  ab\u{1f} ").unwrap(), "ab".into());
    assert_eq!(
        product("name", " \t\n").unwrap_err(),
        ["This field is required."]
    );
    assert_eq!(
        product("name", "xxxxxx").unwrap_err(),
        ["Ensure this value has at most 5 characters (it has 6)."]
    );
    assert_eq!(product("name", "äöüßé").unwrap(), "äöüßé".into());
    assert_eq!(
        product("name", "a\0b").unwrap_err(),
        ["Null characters are not allowed."]
    );
    let slug = product("slug", "not a slug!").unwrap_err();
    assert!(
        slug[0].starts_with("Enter a valid “slug”") && slug[1].ends_with("(it has 11)."),
        "{slug:?}"
    );
    assert_eq!(
        product("description", "").unwrap_err(),
        ["This field is required."]
    );
}

#[test]
fn json_with_null_characters_is_refused() {
    let paper = |text| said(Paper::meta(), "body", &[text]);
    assert_eq!(
        paper(r#"{"a": [1]}"#).unwrap(),
        Value::Json(serde_json::json!({"a": [1]}).into())
    );
    for text in [r#""\u0000""#, r#"[{"a": "b\u0000"}]"#, r#"{"\u0000": 1}"#] {
        assert_eq!(
            paper(text).unwrap_err(),
            ["Null characters are not allowed."],
            "{text}"
        );
    }
    assert_eq!(paper("{").unwrap_err(), ["Enter a valid JSON."]);
}

#[test]
fn numbers_stay_within_their_column_and_rules() {
    assert_eq!(product("stock", "7").unwrap(), Value::Integer(7));
    assert_eq!(
        product("stock", "").unwrap_err(),
        ["This field is required."]
    );
    assert_eq!(
        product("stock", " ").unwrap_err(),
        ["Enter a whole number."]
    );
    assert_eq!(
        product("stock", "-1").unwrap_err(),
        ["Ensure this value is greater than or equal to 0."]
    );
    assert_eq!(
        product("stock", "0").unwrap_err(),
        ["Ensure this value is greater than or equal to 1."]
    );
    let most = "Ensure this value is less than or equal to 2147483647.";
    assert_eq!(product("stock", "2147483648").unwrap_err(), [most]);
    assert_eq!(product("stock", &"9".repeat(99)).unwrap_err(), [most]);
    assert_eq!(product("price", "1e2").unwrap(), Value::Decimal(100.into()));
    assert_eq!(
        product("price", "0.00").unwrap_err(),
        ["Ensure this value is greater than or equal to 0.01."]
    );
    assert_eq!(product("price", "NaN").unwrap_err(), ["Enter a number."]);
    assert_eq!(
        product("price", "1.234").unwrap_err(),
        ["Ensure that there are no more than 2 decimal places."]
    );
}

#[test]
fn check_boxes_read_two_words_as_false() {
    for (texts, yes) in [
        (&[][..], false),
        (&[""], false),
        (&["False"], false),
        (&["false"], false),
        (&["0"], true),
        (&["no"], true),
    ] {
        assert_eq!(
            said(Product::meta(), "is_active", texts).unwrap(),
            Value::Bool(yes),
            "{texts:?}"
        );
    }
}

#[test]
fn points_in_time_are_read_in_the_time_zone_of_the_site() {
    let at = |day, time| said(Product::meta(), "created_at", &[day, time]);
    assert_eq!(
        at("2024-07-01", "12:00").unwrap().to_string(),
        "2024-07-01 10:00:00"
    );
    assert_eq!(at("", "").unwrap_err(), ["This field is required."]);
    assert_eq!(
        at("2024-07-01", "").unwrap_err(),
        ["This field is required."]
    );
    assert_eq!(
        at("x", "y").unwrap_err(),
        ["Enter a valid date.", "Enter a valid time."]
    );
    let paid = |day, time| said(Order::meta(), "paid_at", &[day, time]);
    assert_eq!(paid("", "").unwrap(), Value::Null(Kind::Timestamp));
    assert_eq!(paid("2024-07-01", "").unwrap_err(), ["Enter a valid time."]);
    assert_eq!(paid("", "10:00").unwrap_err(), ["Enter a valid date."]);
    assert_eq!(paid("x", "").unwrap_err(), ["Enter a valid date."]);
}

#[test]
fn choices_are_not_stripped() {
    let status = |text| said(Order::meta(), "status", &[text]);
    assert_eq!(status("paid").unwrap(), "paid".into());
    assert_eq!(status("").unwrap_err(), ["This field is required."]);
    let refused = |text: &str| {
        [format!(
            "Select a valid choice. {text} is not one of the available choices."
        )]
    };
    assert_eq!(status("stolen").unwrap_err(), refused("stolen"));
    assert_eq!(status(" paid").unwrap_err(), refused(" paid"));
}

#[test]
fn malformed_keys_match_no_row() {
    let customer = |text| said(Order::meta(), "customer_id", &[text]);
    assert_eq!(customer(" 7 ").unwrap(), Value::BigInt(7));
    assert_eq!(customer("").unwrap(), Value::Null(Kind::Integer));
    for text in ["abc", "1.0", "99999999999999999999", " "] {
        assert_eq!(
            customer(text).unwrap_err(),
            [crate::forms::fields::NO_SUCH_ROW],
            "{text}"
        );
    }
    assert_eq!(
        customer("\0").unwrap_err(),
        ["Null characters are not allowed."]
    );
}

#[test]
fn values_are_read_back_as_they_were_shown() {
    let model = Product::meta();
    let mut record = Record::new(model);
    record.set(catalog_product::price, Value::Decimal(10.into()));
    record.set(
        catalog_product::created_at,
        crate::models::parse(
            model.field("created_at").unwrap(),
            "2024-01-02 03:04:05.123456",
        )
        .unwrap(),
    );
    let fields: Vec<ModelField> = model
        .fields
        .iter()
        .skip(1)
        .map(ModelField::Column)
        .collect();
    let mut form = ModelForm::new(record, false, &fields, &|_| Vec::new(), Tz::Europe__Paris);
    let shown = |name: &str| form.field(name).unwrap().typed.0.clone();
    assert_eq!(shown("price"), ["10.00"]);
    assert_eq!(shown("created_at"), ["2024-01-02", "04:04:05"]);
    assert_eq!(shown("is_active"), ["on"]);
    assert_eq!(shown("released_on"), [""]);
    let mut data = PostData {
        fields: QueryDict::default(),
        ..PostData::default()
    };
    for (name, text) in [
        ("price", "10"),
        ("created_at_0", "2024-01-02"),
        ("created_at_1", "4:04:05"),
        ("is_active", "on"),
    ] {
        data.fields.push(format!("items-0-{name}"), text.to_owned());
    }
    form = form.prefix("items-0");
    form.bind(&Posted::row(&data, "items", 0), Tz::Europe__Paris);
    for name in ["price", "created_at", "is_active", "stock"] {
        let bound = form.field(name).unwrap();
        assert_eq!(
            bound.has_changed(),
            name == "stock",
            "{name} {:?}",
            bound.errors
        );
    }
    assert_eq!(
        form.row()
            .get(catalog_product::created_at)
            .unwrap()
            .to_string(),
        "2024-01-02 03:04:05.123456"
    );
}

#[test]
fn a_value_that_its_control_cannot_show_is_shown_as_text() {
    let form = ModelForm::new(
        Record::new(Product::meta()),
        true,
        &[],
        &|_| Vec::new(),
        Tz::UTC,
    );
    let day = field(Product::meta(), "released_on");
    let mut bound = BoundField::new(day, Cleaned::One(Value::Null(Kind::Date)), Tz::UTC);
    assert_eq!(
        Control::new(&form, &bound, "").kind,
        ControlKind::Input("date")
    );
    bound.typed = Typed::one("25 October 2006x");
    bound.errors.push("Enter a valid date.".to_owned());
    let control = Control::new(&form, &bound, "");
    assert_eq!(
        (control.kind, control.value.as_str()),
        (ControlKind::Input("text"), "25 October 2006x")
    );
    assert_eq!(texts(day, &bound.initial, Tz::UTC), Typed::one(""));
}
