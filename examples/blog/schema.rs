//! The tables of the blog.

diesel::table! {
    blog_author (id) {
        id -> BigInt,
        name -> Text,
        email -> Text,
    }
}

diesel::table! {
    blog_post (id) {
        id -> BigInt,
        title -> Text,
        slug -> Text,
        status -> Text,
        published_on -> Nullable<Date>,
        body -> Text,
        author_id -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Text};
    use nuages::db::sql_types::TimestampTz;

    blog_comment (id) {
        id -> BigInt,
        name -> Text,
        text -> Text,
        created_at -> TimestampTz,
        post_id -> BigInt,
    }
}
