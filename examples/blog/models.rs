//! Authors, their posts, and readers' comments.

use diesel::prelude::*;
use nuages::db::Timestamp;
use nuages::models::{Description, Model, OnDelete, desc};

use super::schema::{blog_author as author, blog_comment as comment, blog_post as post};

/// The author of posts.
#[derive(Debug, Clone, Identifiable, Queryable, Selectable)]
#[diesel(table_name = author)]
pub struct Author {
    pub id: i64,
    pub name: String,
    pub email: String,
}

/// A post of an author.
#[derive(Debug, Clone, Identifiable, Queryable, Selectable)]
#[diesel(table_name = post)]
pub struct Post {
    pub id: i64,
    pub title: String,
    pub slug: String,
    pub status: String,
    pub published_on: Option<chrono::NaiveDate>,
    pub body: String,
    pub author_id: i64,
}

/// A reader's comment on a post.
#[derive(Debug, Clone, Identifiable, Queryable, Selectable)]
#[diesel(table_name = comment)]
pub struct Comment {
    pub id: i64,
    pub name: String,
    pub text: String,
    pub created_at: Timestamp,
    pub post_id: i64,
}

impl Model for Author {
    fn describe(it: Description<Self>) -> Description<Self> {
        it.field(author::name, |field| field.max_length(100))
            .field(author::email, |field| field.email(254).unique())
    }
}

impl Model for Post {
    fn describe(it: Description<Self>) -> Description<Self> {
        it.ordering((desc(post::published_on), post::title))
            .field(post::title, |field| field.max_length(200))
            .field(post::slug, |field| field.slug(200).unique())
            .field(post::author_id, |field| {
                field.to::<Author>(OnDelete::Protect)
            })
            .field(post::status, |field| {
                field.max_length(10).text_choices(&["draft", "live"])
            })
    }
}

impl Model for Comment {
    fn describe(it: Description<Self>) -> Description<Self> {
        it.field(comment::post_id, |field| {
            field.to::<Post>(OnDelete::Cascade)
        })
        .field(comment::name, |field| field.max_length(100))
        .field(comment::created_at, |field| field.auto_now_add())
    }
}
