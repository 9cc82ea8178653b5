//! Reads the name and the columns of a Diesel table at run time.

use diesel::query_builder::QueryFragment;
use diesel::query_source::Column;
use diesel::sqlite::Sqlite;
use diesel::{Table, debug_query};

use super::Field;
use super::fields::FieldKind;
use crate::db::SqlKind;

/// A table that can belong to a model: one from `diesel::table!` whose columns have supported
/// types.
pub trait ModelTable: Table {
    /// Returns the name in the database.
    fn name(&self) -> String;

    /// Returns a plain field for each column, and marks the primary key.
    fn fields() -> Vec<Field>;
}

impl<T> ModelTable for T
where
    T: Table + QueryFragment<Sqlite>,
    T::AllColumns: ColumnList,
    T::PrimaryKey: PrimaryColumn,
{
    fn name(&self) -> String {
        // Diesel reveals the name only in generated SQL.
        let sql = debug_query::<Sqlite, _>(self).to_string();
        sql.split('`').nth(1).unwrap_or_default().to_owned()
    }

    fn fields() -> Vec<Field> {
        let mut fields = T::AllColumns::fields();
        for field in fields
            .iter_mut()
            .filter(|field| field.column == T::PrimaryKey::NAME)
        {
            field.primary_key = true;
            if matches!(field.kind, FieldKind::Integer) {
                field.kind = FieldKind::Auto;
                field.editable = false;
                "ID".clone_into(&mut field.verbose_name);
            }
        }
        fields
    }
}

/// The column of a table's primary key.
pub trait PrimaryColumn {
    /// Name of the column.
    const NAME: &'static str;
}

impl<C: Column> PrimaryColumn for C {
    const NAME: &'static str = <C as Column>::NAME;
}

/// A tuple of all columns of a table, as Diesel's `table!` creates it.
#[diagnostic::on_unimplemented(
    message = "a model's table has at most 32 columns, each of a kind that Nuages knows",
    note = "the kinds are those of `nuages::db::sql_types` and Diesel's BigInt, Bool, Date, Double, Integer, SmallInt, Text and Time"
)]
pub trait ColumnList {
    /// Returns a plain field for each column.
    fn fields() -> Vec<Field>;
}

macro_rules! column_lists {
    ($($($column:ident)+;)+) => {$(
        impl<$($column: Column),+> ColumnList for ($($column,)+)
        where
            $($column::SqlType: SqlKind),+
        {
            fn fields() -> Vec<Field> {
                vec![$(Field::of_column(
                    $column::NAME,
                    <$column::SqlType as SqlKind>::KIND,
                    <$column::SqlType as SqlKind>::NULL,
                )),+]
            }
        }
    )+};
}

column_lists! {
    A;
    A B;
    A B C;
    A B C D;
    A B C D E;
    A B C D E F;
    A B C D E F G;
    A B C D E F G H;
    A B C D E F G H I;
    A B C D E F G H I J;
    A B C D E F G H I J K;
    A B C D E F G H I J K L;
    A B C D E F G H I J K L M;
    A B C D E F G H I J K L M N;
    A B C D E F G H I J K L M N O;
    A B C D E F G H I J K L M N O P;
    A B C D E F G H I J K L M N O P Q;
    A B C D E F G H I J K L M N O P Q R;
    A B C D E F G H I J K L M N O P Q R S;
    A B C D E F G H I J K L M N O P Q R S T;
    A B C D E F G H I J K L M N O P Q R S T U;
    A B C D E F G H I J K L M N O P Q R S T U V;
    A B C D E F G H I J K L M N O P Q R S T U V W;
    A B C D E F G H I J K L M N O P Q R S T U V W X;
    A B C D E F G H I J K L M N O P Q R S T U V W X Y;
    A B C D E F G H I J K L M N O P Q R S T U V W X Y Z;
    A B C D E F G H I J K L M N O P Q R S T U V W X Y Z Aa;
    A B C D E F G H I J K L M N O P Q R S T U V W X Y Z Aa Bb;
    A B C D E F G H I J K L M N O P Q R S T U V W X Y Z Aa Bb Cc;
    A B C D E F G H I J K L M N O P Q R S T U V W X Y Z Aa Bb Cc Dd;
    A B C D E F G H I J K L M N O P Q R S T U V W X Y Z Aa Bb Cc Dd Ee;
    A B C D E F G H I J K L M N O P Q R S T U V W X Y Z Aa Bb Cc Dd Ee Ff;
}
