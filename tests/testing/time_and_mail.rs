//! The clock and the mailbox of a site.

use chrono::{TimeDelta, Utc};
use nuages_test::{Kind, TestSite, on_both};

use crate::echo::ECHO;

fn the_clock_of_a_site_can_be_set(kind: Kind) {
    let (site, other) = (TestSite::on(kind, &ECHO), TestSite::on(kind, &ECHO));
    site.clock().set("2026-11-30T12:00:00Z");
    site.clock().advance(TimeDelta::hours(1));
    let time = "2026-11-30T13:00:00+00:00";
    assert_eq!(site.client().get("/time/").source(), time);
    assert_eq!(site.clock().now().utc().to_rfc3339(), time);
    let row = site.db(|_| Ok(nuages::db::Timestamp::now()));
    assert_eq!(row.utc().to_rfc3339(), time, "in the test's own work");

    let elsewhere = other.client().get("/time/").source();
    let elsewhere: chrono::DateTime<Utc> = elsewhere.parse().unwrap();
    assert!(
        (Utc::now() - elsewhere).abs() < TimeDelta::minutes(1),
        "the clock of another site is not changed: {elsewhere}"
    );
}

fn a_session_ends_when_the_clock_says_so(kind: Kind) {
    let site = TestSite::on(kind, &ECHO);
    let client = site.client();
    client.force_login(&site.user("ann"));
    client.get("/accounts/profile/").assert_status(200);
    site.clock().advance(TimeDelta::days(15));
    client.get("/accounts/profile/").assert_status(302);
}

fn mails_arrive_in_the_mailbox(kind: Kind) {
    let site = TestSite::on(kind, &ECHO);
    site.user_with_password("ann", "lamps-9-lights");
    let page = site.client().get("/accounts/password_reset/");
    page.form("[name=email]")
        .set("email", "ann@example.com")
        .submit();

    let mails = site.mailbox();
    assert_eq!(mails.len(), 1, "{mails:?}");
    assert_eq!(mails[0].to, ["ann@example.com"]);
    assert!(mails[0].subject.contains("assword"), "{mails:?}");
    let link = mails[0].link("/reset/");
    let path = link.split_once("127.0.0.1").unwrap().1;
    let path = &path[path.find('/').unwrap()..];
    site.client()
        .following()
        .get(path)
        .assert_status(200)
        .assert_contains("password");

    site.empty_mailbox();
    assert!(site.mailbox().is_empty());
}

on_both!(
    the_clock_of_a_site_can_be_set,
    a_session_ends_when_the_clock_says_so,
    mails_arrive_in_the_mailbox,
);
