//! The tables of the database, as `inspectdb` found them.
//!
//! Give the models better names, and remove those that you do not need.

use nuages::db::{Json, Opaque};
use nuages::prelude::*;

/// A row of `Odd Table`.
#[nuages::model(app = "odd", db_table = "Odd Table", indexes = [Index(fields = ["two_words", "-self_field"], name = "odd words", condition = "\"self\" > 1")])]
pub struct OddTable {
    /// Id.
    #[field(primary_key, auto = false, db_column = "ID")]
    pub id: i32,
    /// Type.
    #[field(max_length = 10, db_default = "a", unique)]
    pub r#type: String,
    /// Self field.
    #[field(db_column = "self")]
    pub self_field: Option<i32>,
    /// Two words.
    #[field(db_column = "Two Words")]
    pub two_words: Option<String>,
    /// Table field.
    #[field(db_default = true, db_column = "table")]
    pub table_field: bool,
    /// Field 1st.
    #[field(db_column = "1st")]
    pub field_1st: Option<NaiveDate>,
    /// A b field.
    #[field(positive, db_column = "a__b_")]
    pub a_b_field: i32,
    /// Gen.
    #[field(max_digits = 20, decimal_places = 6)]
    pub r#gen: Decimal,
    /// Odd table field.
    #[field(db_column = "Odd Table")]
    pub odd_table_field: Option<i32>,
}

/// A row of `odd_child`.
#[nuages::model(app = "odd")]
pub struct Child {
    /// User ptr.
    #[field(primary_key, on_delete = "cascade")]
    pub user_ptr: OneToOne<UserRow>,
    /// Note.
    #[field(max_length = 5)]
    pub note: String,
}

/// A row of `odd_leaf`.
#[nuages::model(app = "odd", unique_together = [["child", "pair"]])]
pub struct Leaf {
    /// Child.
    #[field(on_delete = "cascade")]
    pub child: ForeignKey<Child>,
    /// Option name.
    #[field(on_delete = "cascade", to_field = odd_option::name, key = String, db_index = false, db_column = "option_name")]
    pub option_name: ForeignKey<OptionRow>,
    /// Pair.
    pub pair: i32,
    /// Twice.
    #[field(generated = "\"pair\" * 2")]
    pub twice: Option<i32>,
}

/// A row of `odd_option`.
#[nuages::model(app = "odd", db_table = "odd_option", label = "odd.Option")]
pub struct OptionRow {
    /// Name.
    #[field(max_length = 20, unique)]
    pub name: String,
    /// User.
    pub user: String,
    /// User 2.
    #[field(
        on_delete = "cascade",
        related_name = "option_user_2_set",
        db_column = "user_id"
    )]
    pub user_2: ForeignKey<UserRow>,
}

// The table odd_pair has no declaration: its primary key has 2 columns.

/// A row of `odd_unknown`.
#[nuages::model(app = "odd")]
pub struct Unknown {
    /// Code.
    #[field(primary_key, max_length = 5)]
    pub code: String,
    /// Place.
    #[field(db_type = "geometry")]
    pub place: Option<Opaque>,
    /// Size.
    #[field(db_type = "tinyint")]
    pub size: Option<Opaque>,
}

/// A row of `odd_user`.
#[nuages::model(app = "odd", db_table = "odd_user", label = "odd.User", indexes = [Index(fields = ["login"], name = "of_the_login")], constraints = [UniqueConstraint(fields = ["first", "last"], name = "odd_span"), CheckConstraint(check = "\"first\" >= 0", name = "odd_order")])]
pub struct UserRow {
    /// Parent.
    #[field(on_delete = "db_cascade", db_index = false)]
    pub parent: Option<ForeignKey<UserRow>>,
    /// Login.
    #[field(on_delete = "cascade", db_index = false)]
    pub login: ForeignKey<User>,
    /// Kind.
    #[field(on_delete = "set_null")]
    pub kind: Option<OneToOne<nuages::models::content_types::ContentType>>,
    /// Option.
    pub option: Option<i32>,
    /// First.
    pub first: i32,
    /// Last.
    pub last: i32,
    /// Extra.
    pub extra: Json,
}

// The table odd_wide has no declaration: it has 33 columns, and a table of Diesel has at most 32.

/// The app.
pub const APP: AppConfig = AppConfig {
    label: "odd",
    verbose_name: "Odd",
    models: &[
        OddTable::meta,
        Child::meta,
        Leaf::meta,
        OptionRow::meta,
        Unknown::meta,
        UserRow::meta,
    ],
    migrations: nuages::migrations!("odd"),
};
