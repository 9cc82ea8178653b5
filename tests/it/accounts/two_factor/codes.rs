//! Codes, recovery codes and the stored secret.

use chrono::Utc;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use nuages::schema::nuages_two_factor;
use std::thread;

use super::{
    CODE, CODES, STATUS, WRONG, failures, half_way, later, now, send, shown_codes, turn_on, used,
    wrong,
};
use crate::accounts::{PROFILE, shop, shop_with};
use crate::support::{ALICE, CHARLIE, Client, Kind, LOGIN, SECRET_KEY, TestSite};

fn a_code_works_once_and_a_recovery_code_too(kind: Kind) {
    let site = shop(kind);
    let (secret, codes) = turn_on(&CHARLIE.browser(&site), &CHARLIE);
    let client = half_way(&site, &CHARLIE, "");
    assert_eq!(
        send(&client, &used(&site, &secret)).errors("code"),
        WRONG,
        "used to turn it on"
    );
    later(&site);
    let code = now(&secret);
    assert_eq!(send(&client, &code).header("location"), PROFILE);
    assert_eq!(
        send(&half_way(&site, &CHARLIE, ""), &code).errors("code"),
        WRONG
    );

    let client = half_way(&site, &CHARLIE, "");
    assert!(
        client
            .get("/accounts/login/code/?recovery=1")
            .shows(&["Recovery code"])
    );
    assert_eq!(
        send(&client, &codes[3].to_uppercase().replace('-', " ")).header("location"),
        PROFILE
    );
    assert!(
        client
            .get(PROFILE)
            .shows(&["You have 9 recovery codes left."])
    );
    assert_eq!(
        send(&half_way(&site, &CHARLIE, ""), &codes[3]).errors("code"),
        WRONG
    );
    assert!(client.get(STATUS).shows(&["9 left"]));
    // New codes replace them.
    let page = client.post(CODES, &[("password", ALICE.password)]);
    assert!(
        page.errors("password")
            .starts_with("Your password was entered incorrectly.")
    );
    let fresh = shown_codes(&client.post(CODES, &[("password", CHARLIE.password)]));
    assert_eq!(fresh.len(), 10);
    assert_eq!(
        send(&half_way(&site, &CHARLIE, ""), &codes[4]).errors("code"),
        WRONG
    );
    assert_eq!(
        send(&half_way(&site, &CHARLIE, ""), &fresh[4]).header("location"),
        PROFILE
    );
}

fn a_code_that_is_sent_several_times_at_once_is_accepted_once(kind: Kind) {
    let site = shop(kind);
    let (secret, codes) = turn_on(&CHARLIE.browser(&site), &CHARLIE);
    later(&site);
    for code in [&now(&secret), &codes[0]] {
        let clients: Vec<Client> = (0..4).map(|_| half_way(&site, &CHARLIE, "")).collect();
        let tokens: Vec<String> = clients.iter().map(|client| client.token(CODE)).collect();
        let statuses: Vec<u16> = thread::scope(|scope| {
            let send = |(client, token): (&Client, &String)| {
                client
                    .post_with(CODE, &[], &[("code", code), ("csrfmiddlewaretoken", token)])
                    .status
            };
            let threads: Vec<_> = clients
                .iter()
                .zip(&tokens)
                .map(|one| scope.spawn(move || send(one)))
                .collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap())
                .collect()
        });
        assert_eq!(
            statuses.iter().filter(|status| **status == 302).count(),
            1,
            "{statuses:?}"
        );
    }
}

fn five_wrong_codes_end_the_login_and_ten_slow_it_down(kind: Kind) {
    let site = shop(kind);
    let (secret, codes) = turn_on(&CHARLIE.browser(&site), &CHARLIE);
    later(&site);
    let wrong = wrong(&secret);
    for round in [5, 10] {
        let client = half_way(&site, &CHARLIE, "/categories/");
        for _ in 0..4 {
            assert_eq!(send(&client, &wrong).errors("code"), WRONG);
        }
        let reply = send(&client, &wrong);
        assert_eq!(
            reply.header("location"),
            "/accounts/login/?next=%2Fcategories%2F"
        );
        assert!(client.get(LOGIN).shows(&["Too many wrong codes."]));
        assert_eq!(
            send(&client, &now(&secret)).header("location"),
            LOGIN,
            "it begins anew"
        );
        assert_eq!(failures(&site), round);
    }
    // Even the correct code must wait; a recovery code need not.
    let client = half_way(&site, &CHARLIE, "");
    assert!(
        send(&client, &now(&secret))
            .errors("code")
            .starts_with("Too many codes were wrong. Try again in 1 minute, or")
    );
    assert_eq!(failures(&site), 10);
    let a_minute_ago = nuages_two_factor::failed_at.eq(Some(nuages::db::Timestamp::from(
        Utc::now() - chrono::TimeDelta::seconds(61),
    )));
    diesel::update(nuages_two_factor::table)
        .set(a_minute_ago)
        .execute(&mut site.connect())
        .unwrap();
    assert_eq!(send(&client, &wrong).errors("code"), WRONG);
    assert!(
        send(&client, &now(&secret))
            .errors("code")
            .starts_with("Too many codes were wrong. Try again in 2 minutes, or")
    );
    assert_eq!(send(&client, &codes[0]).header("location"), PROFILE);
    assert_eq!(failures(&site), 0);
    assert_eq!(
        send(&half_way(&site, &CHARLIE, ""), &now(&secret)).header("location"),
        PROFILE
    );
}

fn a_secret_sealed_with_a_former_key_can_be_read_and_with_another_key_not(kind: Kind) {
    let site = shop_with(
        kind,
        &[
            ("SECRET_KEY", "a-former-key"),
            ("SECRET_KEY_FALLBACKS", SECRET_KEY),
        ],
    );
    let (secret, codes) = turn_on(&CHARLIE.browser(&site), &CHARLIE);
    later(&site);
    let stored = |site: &TestSite| -> String {
        nuages_two_factor::table
            .select(nuages_two_factor::secret)
            .first(&mut site.connect())
            .unwrap()
    };
    let before = stored(&site);
    let rotated = TestSite::beside(
        &site,
        &[
            ("SECRET_KEY", "a-new-key"),
            ("SECRET_KEY_FALLBACKS", "a-former-key"),
        ],
    );
    let client = half_way(&rotated, &CHARLIE, "");
    assert_eq!(send(&client, &now(&secret)).header("location"), PROFILE);
    assert!(stored(&site) != before, "sealed anew");
    assert_eq!(
        send(&half_way(&rotated, &CHARLIE, ""), &codes[0]).header("location"),
        PROFILE
    );
    later(&site);
    let alone = TestSite::beside(&site, &[("SECRET_KEY", "a-new-key")]);
    assert_eq!(
        send(&half_way(&alone, &CHARLIE, ""), &now(&secret)).header("location"),
        PROFILE
    );
    later(&site);
    let stranger = TestSite::beside(&site, &[("SECRET_KEY", "a-stranger's-key")]);
    let client = half_way(&stranger, &CHARLIE, "");
    assert_eq!(send(&client, &now(&secret)).errors("code"), WRONG);
    assert_eq!(send(&client, &codes[1]).errors("code"), WRONG);
}

fn unreadable_cells_neither_turn_two_factor_off_nor_lock_the_user_out(kind: Kind) {
    let site = shop(kind);
    let charlie = CHARLIE.browser(&site);
    let (secret, codes) = turn_on(&charlie, &CHARLIE);
    let run = |sql: &str| {
        site.connect()
            .batch_execute(&format!("UPDATE nuages_two_factor SET {sql}"))
            .unwrap();
    };
    let times: &[&str] = match kind {
        Kind::Sqlite => &["'x'", "''", "X'FF'", "20260101"],
        Kind::Postgres => &["'infinity'", "'-infinity'", "'294276-12-31'"],
    };
    for time in times {
        later(&site);
        run(&format!("created_at = {time}"));
        assert!(
            charlie.get(STATUS).shows(&["On", "10 left"]),
            "it is on since {time}"
        );
        assert_eq!(
            send(&half_way(&site, &CHARLIE, ""), &now(&secret)).header("location"),
            PROFILE,
            "on since {time}"
        );

        later(&site);
        run(&format!("failures = 12, failed_at = {time}"));
        let client = half_way(&site, &CHARLIE, "");
        for _ in 0..2 {
            let reply = send(&client, &now(&secret));
            assert!(
                reply.status == 200 && reply.errors("code").contains("Too many codes were wrong"),
                "the last failure was at {time}: {}",
                reply.words()
            );
        }
        run(
            "failed_at = '2020-01-01 00:00:00' WHERE failed_at > '2020-01-01 00:00:00' AND failed_at < '3000-01-01 00:00:00'",
        );
        assert_eq!(
            send(&client, &now(&secret)).header("location"),
            PROFILE,
            "the wait for a failure at {time} ends"
        );
    }
    if kind == Kind::Postgres {
        return;
    }

    for cell in ["'many'", "9.5", "-5", "99999999999"] {
        later(&site);
        run(&format!("failures = {cell}, failed_at = NULL"));
        let client = half_way(&site, &CHARLIE, "");
        let reply = send(&client, &now(&secret));
        assert!(
            reply.errors("code").contains("Too many codes were wrong"),
            "after {cell} failures: {}",
            reply.words()
        );
        run("failed_at = '2020-01-01 00:00:00'");
        assert_eq!(
            send(&client, &now(&secret)).header("location"),
            PROFILE,
            "the wait after {cell} failures ends"
        );
    }
    run("last_step = 'x'");
    let client = half_way(&site, &CHARLIE, "");
    assert_eq!(send(&client, &wrong(&secret)).errors("code"), WRONG);
    let step = nuages_two_factor::table
        .select(nuages_two_factor::last_step)
        .first::<Option<i64>>(&mut site.connect());
    assert!(
        step.unwrap()
            .is_some_and(|step| step >= Utc::now().timestamp() / 30 - 1),
        "codes of before are used up"
    );
    later(&site);
    assert_eq!(
        send(&client, &now(&secret)).header("location"),
        PROFILE,
        "a later code is taken"
    );

    run("secret = CAST(X'FF' AS TEXT)");
    later(&site);
    site.connect().batch_execute("INSERT INTO nuages_recovery_code SELECT user_id, CAST(X'FF' AS TEXT) FROM nuages_two_factor").unwrap();
    let client = half_way(&site, &CHARLIE, "");
    assert_eq!(
        send(&client, &now(&secret)).errors("code"),
        WRONG,
        "no code fits an unreadable secret"
    );
    assert_eq!(
        send(&client, &codes[2]).header("location"),
        PROFILE,
        "a recovery code does"
    );
}

on_both!(
    a_code_works_once_and_a_recovery_code_too,
    a_code_that_is_sent_several_times_at_once_is_accepted_once,
    five_wrong_codes_end_the_login_and_ten_slow_it_down,
    a_secret_sealed_with_a_former_key_can_be_read_and_with_another_key_not,
    unreadable_cells_neither_turn_two_factor_off_nor_lock_the_user_out,
);
