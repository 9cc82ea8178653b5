//! A form keeps every unchanged value: sending a page back as it was shown changes nothing, in any
//! time zone.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta};
use chrono_tz::{TZ_VARIANTS, Tz};
use diesel::prelude::*;
use proptest::prelude::*;

use super::{Control, ControlKind, LOADED, ModelField, ModelForm, Posted};
use crate::db::{Bytes, Decimal, Duration, Kind, Opaque, Timestamp, Uuid, Value};
use crate::http::{PostData, QueryDict};
use crate::models::{Description, Model, OnDelete, Record};

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Double, Integer, Nullable, SmallInt, Text, Time};
    use crate::db::sql_types::{Decimal, Duration, IpAddress, Json, TimestampTz, Uuid};

    survivors (id) {
        id -> BigInt,
        line -> Text,
        slug -> Text,
        email -> Text,
        url -> Text,
        text -> Text,
        choice -> Text,
        small -> SmallInt,
        number -> Integer,
        big -> Nullable<BigInt>,
        float -> Double,
        ticked -> Bool,
        known -> Nullable<Bool>,
        price -> Decimal,
        day -> Nullable<Date>,
        hour -> Nullable<Time>,
        moment -> TimestampTz,
        code -> Uuid,
        span -> Duration,
        address -> Nullable<IpAddress>,
        document -> Nullable<Json>,
        parent_id -> Nullable<BigInt>,
    }
}

#[derive(Identifiable)]
#[diesel(table_name = survivors)]
struct Survivor {
    id: i64,
}

impl Model for Survivor {
    fn describe(it: Description<Self>) -> Description<Self> {
        it.label("x.Survivor")
            .field(survivors::line, |field| field.max_length(3))
            .field(survivors::slug, |field| field.slug(5))
            .field(survivors::email, |field| field.email(9))
            .field(survivors::url, |field| field.url(9))
            .field(survivors::choice, |field| {
                field.max_length(9).text_choices(&["new", "paid"])
            })
            .field(survivors::number, |field| field.positive().max(10))
            .field(survivors::price, |field| field.decimal(5, 2).min(1))
            .field(survivors::parent_id, |field| {
                field.to::<Self>(OnDelete::Cascade)
            })
    }
}

/// Returns any value of this kind that a database may hold, whether or not forms accept it.
fn any_value(kind: Kind) -> BoxedStrategy<Value> {
    match kind {
        Kind::Text => prop_oneof!["[ a-z0-9@.:/\r\n\t<&\"_-]{0,12}", "\\PC{0,12}"]
            .prop_map(Value::Text)
            .boxed(),
        Kind::SmallInt => any::<i16>().prop_map(Value::SmallInt).boxed(),
        Kind::Integer => any::<i32>().prop_map(Value::Integer).boxed(),
        Kind::BigInt => any::<i64>().prop_map(Value::BigInt).boxed(),
        Kind::Double => any::<f64>().prop_map(Value::Double).boxed(),
        Kind::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
        Kind::Decimal => "-?[0-9]{1,9}(\\.[0-9]{1,6})?"
            .prop_map(|text| Value::Decimal(text.parse::<Decimal>().unwrap()))
            .boxed(),
        Kind::Date => (-800_000_i32..4_000_000)
            .prop_map(|day| Value::Date(NaiveDate::from_num_days_from_ce_opt(day).unwrap()))
            .boxed(),
        Kind::Time => (0..86_400_000_000_i64)
            .prop_map(|micros| Value::Time(NaiveTime::MIN + TimeDelta::microseconds(micros)))
            .boxed(),
        Kind::Timestamp => moments().prop_map(Value::Timestamp).boxed(),
        Kind::Uuid => any::<u128>()
            .prop_map(|id| Value::Uuid(Uuid(uuid::Uuid::from_u128(id))))
            .boxed(),
        Kind::Json => prop_oneof![
            "[ \r\n\"\\\\a]{0,6}".prop_map(serde_json::Value::from),
            any::<f64>().prop_map(Into::into)
        ]
        .prop_map(|document| Value::Json(document.into()))
        .boxed(),
        Kind::Duration => any::<i64>()
            .prop_map(|micros| Value::Duration(Duration(micros)))
            .boxed(),
        Kind::Binary => prop::collection::vec(any::<u8>(), 0..9)
            .prop_map(|bytes| Value::Binary(Bytes(bytes.into())))
            .boxed(),
        Kind::IpAddress => any::<std::net::IpAddr>()
            .prop_map(|address| Value::IpAddress(address.to_string().parse().unwrap()))
            .boxed(),
        Kind::Opaque => "[a-z]{0,6}"
            .prop_map(|text| Value::Opaque(Opaque(text.into())))
            .boxed(),
    }
}

/// Returns points in time, many of them in nights in which clocks are changed.
fn moments() -> impl Strategy<Value = Timestamp> {
    let near = |base: i64| (0..7_200_000_000_i64).prop_map(move |micros| base * 1_000_000 + micros);
    let micros = prop_oneof![
        near(1_792_886_400),
        near(1_774_745_100),
        -60_000_000_000_000_000..250_000_000_000_000_000_i64,
    ];
    micros.prop_map(|micros| DateTime::from_timestamp_micros(micros).unwrap().into())
}

fn any_record() -> impl Strategy<Value = Record> {
    let model = Survivor::meta();
    let values: Vec<BoxedStrategy<Value>> = model
        .fields
        .iter()
        .map(|field| {
            let value = any_value(field.sql);
            let null = Just(Value::Null(field.sql));
            if field.null {
                prop_oneof![4 => value, 1 => null].boxed()
            } else {
                value
            }
        })
        .collect();
    values.prop_map(|values| Record {
        model: Survivor::meta(),
        values,
    })
}

/// Returns the text that a browser sends for a text in a control: it drops what the control cannot show, and writes line ends in its own way.
fn sent(control: &Control) -> Vec<(String, String)> {
    let name = control.name.clone();
    let typed = |kind: &str, text: &str| match kind {
        "date" if text.parse::<NaiveDate>().is_err() || text.starts_with(['+', '-']) => {
            String::new()
        }
        "time" if text.parse::<NaiveTime>().is_err() => String::new(),
        "number" if text.parse::<f64>().is_err() => String::new(),
        "email" | "url" => text.replace(['\r', '\n'], "").trim().to_owned(),
        _ => text.replace(['\r', '\n'], ""),
    };
    match control.kind {
        ControlKind::Input(kind) => vec![(name, typed(kind, &control.value))],
        ControlKind::Textarea | ControlKind::Json => {
            let text = control
                .value
                .replace("\r\n", "\n")
                .replace('\r', "\n")
                .replace('\n', "\r\n");
            vec![(name, text)]
        }
        ControlKind::Checkbox => control
            .is_ticked()
            .then(|| (name, "on".to_owned()))
            .into_iter()
            .collect(),
        // The admin supplies the choices of a foreign key.
        ControlKind::Select if control.choices.is_empty() => vec![(name, control.value.clone())],
        ControlKind::Select => {
            let chosen = control
                .choices
                .iter()
                .find(|choice| choice.selected)
                .or(control.choices.first())
                .unwrap();
            vec![(name, chosen.value.clone())]
        }
        ControlKind::Split => {
            let (day, time) = if control.is_plain {
                ("text", "text")
            } else {
                ("date", "time")
            };
            vec![
                (format!("{name}_0"), typed(day, &control.value)),
                (format!("{name}_1"), typed(time, &control.second)),
            ]
        }
        kind => panic!("no field of this model has the control {kind:?}"),
    }
}

fn sent_back(page: &ModelForm, zone: Tz) -> PostData {
    let mut fields = QueryDict::default();
    fields.push(LOADED.to_owned(), page.loaded(zone));
    for bound in &page.fields {
        for (name, text) in sent(&Control::new(page, bound, "")) {
            fields.push(name, text);
        }
    }
    PostData {
        fields,
        ..PostData::default()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_form_that_is_sent_back_as_it_was_shown_changes_nothing(record in any_record(), zone in 0..TZ_VARIANTS.len()) {
        let zone = TZ_VARIANTS[zone];
        let names = record.model.fields.iter().filter(|field| !field.primary_key).map(|field| field.column);
        let fields: Vec<ModelField> = names.filter_map(|name| ModelField::find(record.model, name)).collect();
        let form = || ModelForm::new(record.clone(), false, &fields, &|_| Vec::new(), zone);

        let post = sent_back(&form(), zone);
        let mut back = form();
        back.bind(&Posted::new(&post), zone);

        for bound in &back.fields {
            prop_assert!(
                bound.errors.is_empty() && !bound.conflict && !bound.has_changed(),
                "{} in {zone}: {:?} was shown as {:?} and came back as {:?}: {:?}",
                bound.field.name(), bound.initial, form().field(bound.field.name()).map(|field| &field.typed), bound.typed,
                bound.errors,
            );
        }
        prop_assert_eq!(format!("{:?}", back.row()), format!("{record:?}"), "the row stays as it was");
    }

    #[test]
    fn a_value_that_a_colleague_saved_survives_a_page_that_did_not_touch_it(
        before in any_record(),
        after in any_record(),
        zone in 0..TZ_VARIANTS.len(),
    ) {
        let zone = TZ_VARIANTS[zone];
        let names = before.model.fields.iter().filter(|field| !field.primary_key).map(|field| field.column);
        let fields: Vec<ModelField> = names.filter_map(|name| ModelField::find(before.model, name)).collect();
        let post = sent_back(&ModelForm::new(before.clone(), false, &fields, &|_| Vec::new(), zone), zone);

        let mut back = ModelForm::new(after.clone(), false, &fields, &|_| Vec::new(), zone);
        back.bind(&Posted::new(&post), zone);

        prop_assert!(back.is_valid() && !back.has_changed(), "nothing was touched: {:?}", back.fields);
        prop_assert_eq!(format!("{:?}", back.row()), format!("{after:?}"), "what the colleague saved stays");
    }
}
