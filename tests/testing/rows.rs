//! Rows of any model, with plausible values.

use nuages::db::{Timestamp, Value};
use nuages::models::Model as _;
use nuages_test::{Kind, TestSite, on_both};

use crate::blog::BLOG;
use crate::blog::{models, schema};
use crate::shop::SHOP;

fn a_row_has_the_given_values_and_plausible_others(kind: Kind) {
    use schema::{blog_comment as comment, blog_post as post};
    let site = TestSite::on(kind, &BLOG);
    site.clock().set("2026-11-30T12:00:00Z");

    let first = site.create::<models::Post>(|row| row.set(post::title, "Lamps"));
    let second = site.create::<models::Post>(|row| row);
    assert_eq!(first.title, "Lamps");
    assert_eq!(first.status, "draft", "the first of the choices");
    assert_eq!(first.published_on, None, "a column that may be NULL");
    assert_ne!(first.slug, second.slug, "a unique column");
    assert_ne!(first.author_id, second.author_id, "a required foreign key");

    let remark = site.create::<models::Comment>(|row| row.set(comment::post_id, first.id));
    let expected: Timestamp = site.clock().now();
    assert_eq!((remark.post_id, remark.created_at), (first.id, expected));
}

fn a_row_of_each_model_of_the_shop_can_be_created(kind: Kind) {
    let site = TestSite::on(kind, &SHOP);
    let own = SHOP
        .apps
        .iter()
        .filter(|app| ["catalog", "orders"].contains(&app.label));
    let models: Vec<_> = own.flat_map(|app| app.models).collect();
    assert!(models.len() > 4, "{} models", models.len());
    for model in models {
        for _ in 0..2 {
            let row = site.create_record(model(), |_| {});
            assert!(!row.pk().is_null(), "{}", model().object_label());
        }
    }
    let user = site.create_record(nuages::auth::User::meta(), |row| {
        row.set(nuages::schema::auth_user::is_active, Value::Bool(true));
    });
    assert!(!user.pk().is_null());
}

on_both!(
    a_row_has_the_given_values_and_plausible_others,
    a_row_of_each_model_of_the_shop_can_be_created,
);
