//! The columns of a Diesel table, as a list that can be read at run time.

use diesel::query_source::Column;

use super::Field;
use crate::db::SqlKind;

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
