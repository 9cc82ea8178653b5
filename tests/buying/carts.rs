//! Carts with more pieces than a field takes, and carts that change while their customer logs in.

use super::Shop;
use nuages_test::Kind;

const PASSWORD: &str = "a lamp for the long table";

fn a_quantity_that_the_cart_has_may_be_sent_back(kind: Kind) {
    let shop = Shop::on(kind);
    let (many, few) = (shop.product(5000), shop.product(9));
    let client = shop.site.client();
    for (product, quantity) in [(many, "999"), (many, "999"), (few, "1")] {
        let product = product.to_string();
        client.post(
            "/cart/add/",
            &[("product", &product), ("quantity", quantity)],
        );
    }
    let [name_of_many, name_of_few] = [many, few].map(|id| format!("quantity-{id}"));
    let form = client.get("/cart/").form(&format!("[name={name_of_many}]"));
    assert_eq!(form.value(&name_of_many), "1998");

    form.set(&name_of_few, "2")
        .submit()
        .assert_redirects("/cart/");

    let form = client.get("/cart/").form(&format!("[name={name_of_many}]"));
    assert_eq!(
        (&*form.value(&name_of_many), &*form.value(&name_of_few)),
        ("1998", "2")
    );
    form.set(&name_of_many, "1999").submit().assert_status(200);
}

fn a_cart_that_is_cut_at_login_says_so(kind: Kind) {
    let shop = Shop::on(kind);
    let product = shop.product(4).to_string();
    let user = shop.site.user_with_password("cut", PASSWORD);
    let add = [("product", &*product), ("quantity", "3")];
    let first = shop.site.client();
    first.force_login(&user);
    first.post("/cart/add/", &add).assert_redirects("/cart/");

    let second = shop.site.client();
    second.post("/cart/add/", &add).assert_redirects("/cart/");
    let login = second.get("/accounts/login/").form("[name=username]");
    login
        .set("username", "cut")
        .set("password", PASSWORD)
        .submit()
        .assert_status(302);

    second
        .get("/cart/")
        .assert_contains("Your cart has all of them.");
    second
        .get("/cart/")
        .assert_not_contains("Your cart has all of them.");
}

nuages_test::on_both!(
    a_quantity_that_the_cart_has_may_be_sent_back,
    a_cart_that_is_cut_at_login_says_so
);
