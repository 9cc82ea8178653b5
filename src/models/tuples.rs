//! Traits of tuples whose members have different types, as Diesel's columns have.

/// `ListColumns::into_columns(IntoColumn::into_column) -> ListColumn` creates a trait
/// `ListColumns<T>`. Its method returns a `ListColumn` for each member, in order. The trait is
/// implemented for tuples of up to 16 members that are `IntoColumn<T>`. A supertrait can follow in
/// parentheses: `Paths(Shape)::into_paths(…)`.
macro_rules! tuples {
    (@each $tuple:ident $all:ident $member:ident $one:ident $out:ty;) => {};
    (@each $tuple:ident $all:ident $member:ident $one:ident $out:ty; $first:ident $($rest:ident)*) => {
        impl<T, $first: $member<T>, $($rest: $member<T>),*> $tuple<T> for ($first, $($rest,)*) {
            fn $all(self) -> Vec<$out> {
                #[expect(non_snake_case, reason = "one name for the type and the value")]
                let ($first, $($rest,)*) = self;
                vec![$first.$one(), $($rest.$one()),*]
            }
        }
        $crate::models::tuples! { @each $tuple $all $member $one $out; $($rest)* }
    };
    ($(#[$doc:meta])* $tuple:ident$(($above:ident))?::$all:ident($member:ident::$one:ident) -> $out:ty) => {
        $(#[$doc])*
        pub trait $tuple<T>$(: $above)? {
            /// Returns one for each member.
            fn $all(self) -> Vec<$out>;
        }
        $crate::models::tuples! { @each $tuple $all $member $one $out; A B C D E F G H I J K L M N O P }
    };
}
pub(crate) use tuples;
