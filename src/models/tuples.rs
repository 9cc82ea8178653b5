//! Traits of tuples whose members may each be of a type of their own, as Diesel's columns are.

/// `ListColumns::into_columns(IntoColumn::into_column) -> ListColumn` makes a trait `ListColumns<T>` whose method gives a
/// `ListColumn` for each member, in order, and implements it for tuples of up to 16 members that are `IntoColumn<T>`. A trait
/// that the tuples have anyway may stand behind its name: `Paths(Shape)::into_paths(…)`.
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
            /// One for each member.
            fn $all(self) -> Vec<$out>;
        }
        $crate::models::tuples! { @each $tuple $all $member $one $out; A B C D E F G H I J K L M N O P }
    };
}
pub(crate) use tuples;
