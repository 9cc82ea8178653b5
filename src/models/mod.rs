//! Descriptions of models, and queries on any model.
//!
//! A site author implements [`Model`] with a [`Description`] made of Diesel's own columns, so that
//! a wrong column does not compile. One engine, which is not generic over models, uses the
//! descriptions as [`Meta`] at run time: for lists, forms, lookups and deletions.

mod annotation;
mod app;
pub mod bidi;
mod candidates;
mod collect;
mod columns;
mod condition;
mod constraint;
pub mod content_types;
mod declared;
mod description;
mod field;
mod field_name;
mod field_builder;
mod fields;
mod file_kinds;
mod file_url;
mod finding;
mod from_record;
mod generic_relation;
mod installed;
mod lookup;
mod meta;
mod named;
mod native;
mod part;
mod path;
mod query;
mod record;
mod relation;
mod relation_target;
mod routing;
mod save;
mod search_index;
mod save_many;
mod sequences;
mod sql_names;
mod table_rules;
mod text;
mod text_search;
mod tuples;
mod unique_rule;
mod value;

pub use annotation::{Aggregate, Aggregation, avg, count, count_links, max, min, sum};
pub use app::AppConfig;
pub(crate) use app::is_own_app;
pub use collect::{
    Branch, ByDatabase, Clearing, Collector, Deleted, DeletionObserver, LinkTable, Obstacle,
    Preview, Undescribed,
};
pub use columns::{ColumnList, ModelTable};
pub use condition::{Circle, Condition};
pub use constraint::{
    CheckConstraint, DbDefault, GeneratedColumn, Index, IndexColumn, UniqueConstraint,
};
pub use declared::{Key, KeySql, ModelKey};
#[doc(hidden)]
pub use declared::{bound, column_of_type, column_types};
pub use description::{Description, Model};
pub use field::{Field, FieldDisplay, LoadChoices, Validator, file_size};
pub use field_builder::FieldBuilder;
pub use field_name::{Assignment, FieldList, FieldName, FieldNames};
pub use fields::{
    ArrayItems, ColumnType, DbCheck, DbType, DisplayLink, DisplayNumber, DisplayShape,
    DisplayValue, FieldKind, FieldType, FilePathOptions, IpProtocol, KindProblem, LookupValue,
    array_value, hstore_json, hstore_value, ipv6, parse_duration_micros, range_value,
};
pub use file_kinds::FileKinds;
pub use file_url::file_url;
pub use finding::{Finding, check, check_field, check_sqlite};
pub use from_record::FromRecord;
pub use generic_relation::{GenericRelation, has_type};
pub(crate) use installed::find_by_label;
#[doc(hidden)]
pub use installed::install_for_test;
pub use installed::{all, app_verbose_name, find, install, labelled};
pub use lookup::{Lookup, LookupError, Parameter};
pub use meta::{Meta, Order};
pub use native::NativeLookup;
pub use part::{Comparison, DatePart};
pub use path::{
    AggregationId, ColumnPath, Descending, IntoOrder, IntoPath, Ordering, Paths, Shape, Step, Via,
    desc, via, via_self,
};
pub use query::{Chunks, KeyList, Place, Query, Row, SearchCandidates, Summary};
pub use record::Record;
pub use relation::{LinkTableShape, ManyToMany, OnDelete, Relation, Reverse};
pub use relation_target::RelationTarget;
pub use search_index::SearchIndex;
pub use sequences::reset_sequences;
pub use text::{DisplayText, Formula};
pub use text_search::TextSearch;
pub(crate) use tuples::tuples;
pub use unique_rule::UniqueRule;
pub use value::{date_text, parse, parse_in, push_date, push_time, time_text};
