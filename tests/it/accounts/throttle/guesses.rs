//! The attempts that count, and the accounts and addresses that they count for.

use std::time::{Duration, Instant};

use super::{RIGHT, attack, attempt, blocked_for, charlies, cheap_shop, fail, is_in, stranger};
use crate::accounts::shop_with;
use crate::support::{Kind, LOGIN};

fn ten_thousand_guesses_from_one_address_get_sixty_tries_and_the_owner_can_log_in(kind: Kind) {
    let site = cheap_shop(kind, &[]);
    let owner = charlies(&site);
    let began = Instant::now();
    let checked = attack(&site, |client, token, number| {
        attempt(client, token, "192.0.2.66", "charlie", &number.to_string())
    });
    assert!((50..=60).contains(&checked), "{checked}");
    assert!(
        began.elapsed() < Duration::from_mins(10),
        "the number is one for ten minutes"
    );

    assert_eq!(
        stranger(&site, "192.0.2.66", "charlie", RIGHT),
        429,
        "from there nobody gets in"
    );
    assert_eq!(
        stranger(&site, "192.0.2.66", "alice", RIGHT),
        302,
        "but to other accounts"
    );
    assert_eq!(
        stranger(&site, "192.0.2.2", "charlie", RIGHT),
        302,
        "the owner elsewhere"
    );
    owner.post("/accounts/logout/", &[]);
    assert_eq!(
        attempt(&owner, &owner.token(LOGIN), "192.0.2.66", "charlie", RIGHT).status,
        302,
        "or in a known browser"
    );
    assert!(is_in(&owner));
}

fn ten_thousand_guesses_from_many_addresses_get_two_hundred_and_ten_tries(kind: Kind) {
    let site = cheap_shop(kind, &[]);
    let owner = charlies(&site);
    let began = Instant::now();
    let checked = attack(&site, |client, token, number| {
        let address = format!("10.{}.{}.1", number % 100, number / 100);
        attempt(client, token, &address, "charlie", &number.to_string())
    });
    assert!((200..=210).contains(&checked), "{checked}");
    assert!(began.elapsed() < Duration::from_mins(10));
    assert_eq!(stranger(&site, "192.0.2.2", "charlie", RIGHT), 429);
    owner.post("/accounts/logout/", &[]);
    assert_eq!(
        attempt(&owner, &owner.token(LOGIN), "10.1.1.1", "charlie", RIGHT).status,
        302
    );
}

fn right_passwords_never_count(kind: Kind) {
    // An attempt counts while its password is checked: at most as many as there are turns.
    let turns = nuages::auth::hash_pool::places();
    let site = cheap_shop(
        kind,
        &["", "_PER_ACCOUNT", "_PER_ADDRESS"]
            .map(|ending| {
                (
                    format!("LOGIN_FREE_FAILURES{ending}"),
                    (turns + 2).to_string(),
                )
            })
            .each_ref()
            .map(|(name, value)| (name.as_str(), value.as_str())),
    );
    std::thread::scope(|scope| {
        for _ in 0..turns + 2 {
            scope.spawn(|| {
                (0..4)
                    .for_each(|_| assert_eq!(stranger(&site, "192.0.2.1", "charlie", RIGHT), 302));
            });
        }
    });
    // The same number of failures is free as before.
    for _ in 0..=turns {
        assert_eq!(stranger(&site, "192.0.2.1", "alice", "wrong"), 200);
    }
    assert_eq!(stranger(&site, "192.0.2.1", "alice", RIGHT), 302);
    fail(&site, &site.client(), "192.0.2.1", "alice", 1);
    assert_eq!(stranger(&site, "192.0.2.1", "alice", RIGHT), 429);
}

fn an_address_is_slowed_down_for_all_accounts(kind: Kind) {
    let site = cheap_shop(kind, &[("LOGIN_FREE_FAILURES_PER_ADDRESS", "3")]);
    for name in ["ann", "bob", "eve"] {
        assert_eq!(stranger(&site, "192.0.2.1", name, "wrong"), 200);
    }
    blocked_for(&site.database, 600);
    assert_eq!(stranger(&site, "192.0.2.1", "charlie", RIGHT), 429);
    assert_eq!(stranger(&site, "192.0.2.2", "charlie", RIGHT), 302);
}

fn a_forged_forwarded_address_is_ignored(kind: Kind) {
    let site = shop_with(kind, &[("LOGIN_FREE_FAILURES", "1")]);
    fail(&site, &site.client(), "192.0.2.1", "nobody", 1);
    assert_eq!(stranger(&site, "192.0.2.2", "nobody", "wrong"), 429);
}

fn a_browser_knows_only_the_accounts_that_logged_in_there(kind: Kind) {
    let site = cheap_shop(kind, &[("LOGIN_FREE_FAILURES", "1")]);
    let client = site.client();
    let reply = attempt(&client, &client.token(LOGIN), "192.0.2.1", "alice", RIGHT);
    let cookie = reply.set_cookie("nuages_device");
    for attribute in [
        "; HttpOnly",
        "; SameSite=Lax",
        "; Path=/",
        "; Max-Age=15552000",
    ] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    assert!(!cookie.contains("alice"), "{cookie}");
    fail(&site, &site.client(), "192.0.2.1", "charlie", 1);
    assert_eq!(
        attempt(&client, &client.token(LOGIN), "192.0.2.1", "charlie", RIGHT).status,
        429
    );
    // A forged cookie has no effect.
    client.keep(
        "nuages_device",
        &format!("x{}", client.cookie("nuages_device").unwrap()),
    );
    fail(&site, &site.client(), "192.0.2.1", "alice", 1);
    assert_eq!(
        attempt(&client, &client.token(LOGIN), "192.0.2.1", "alice", RIGHT).status,
        429
    );
}

fn a_known_browser_has_its_own_failures(kind: Kind) {
    let site = cheap_shop(kind, &[("LOGIN_FREE_FAILURES", "2")]);
    let client = site.client();
    attempt(&client, &client.token(LOGIN), "192.0.2.1", "alice", RIGHT);
    fail(&site, &client, "192.0.2.1", "alice", 2);
    assert_eq!(stranger(&site, "192.0.2.1", "alice", RIGHT), 302);
    // The block applies to any address.
    assert_eq!(
        attempt(&client, &client.token(LOGIN), "192.0.2.9", "alice", RIGHT).status,
        429
    );
}

on_both!(
    ten_thousand_guesses_from_one_address_get_sixty_tries_and_the_owner_can_log_in,
    ten_thousand_guesses_from_many_addresses_get_two_hundred_and_ten_tries,
    right_passwords_never_count,
    an_address_is_slowed_down_for_all_accounts,
    a_forged_forwarded_address_is_ignored,
    a_browser_knows_only_the_accounts_that_logged_in_there,
    a_known_browser_has_its_own_failures,
);
