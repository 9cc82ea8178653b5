//! A Diesel table, its name and its columns, as they can be read at run time.

use diesel::query_builder::QueryFragment;
use diesel::query_source::Column;
use diesel::sqlite::Sqlite;
use diesel::{Table, debug_query};

use super::{Field, FieldKind};
use crate::db::SqlKind;

/// A table that can be a model's: what `diesel::table!` makes, with columns of kinds that are known.
pub trait ModelTable: Table {
    /// Its name in the database.
    fn name(&self) -> String;

    /// A plain field for each of its columns, with its primary key as such.
    fn fields() -> Vec<Field>;
}

impl<T> ModelTable for T
where
    T: Table + QueryFragment<Sqlite>,
    T::AllColumns: ColumnList,
    T::PrimaryKey: PrimaryColumn,
{
    fn name(&self) -> String {
        // Diesel tells the name in no other way than by writing it.
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

/// The column that is a table's primary key.
pub trait PrimaryColumn {
    /// Its name.
    const NAME: &'static str;
}

impl<C: Column> PrimaryColumn for C {
    const NAME: &'static str = <C as Column>::NAME;
}

/// A tuple of columns: what Diesel's `table!` makes of all columns of a table.
pub trait ColumnList {
    /// A plain field for each.
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
}
