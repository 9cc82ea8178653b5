//! Names of models: `catalog.Tag`.

use crate::words::leaked;

/// The name of a model.
pub(super) struct Named {
    pub(super) app: &'static str,
    pub(super) object_name: &'static str,
    /// Whether the name was set, or derived from matching names of table and struct.
    pub(super) is_certain: bool,
}

impl Named {
    /// Returns the name of the model `M` with the table `table`: from `label`, or else from the
    /// names of table and struct.
    pub(super) fn new<M>(label: Option<&'static str>, table: &str) -> Self {
        if let Some((app, object_name)) = label.and_then(|label| label.split_once('.')) {
            let is_word = |word: &str| {
                !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() || c == '_')
            };
            return Self {
                app,
                object_name,
                is_certain: is_word(app) && is_word(object_name),
            };
        }
        let path = std::any::type_name::<M>()
            .split('<')
            .next()
            .unwrap_or_default();
        let object_name = path.rsplit("::").next().unwrap_or_default();
        let app = table
            .strip_suffix(&object_name.to_lowercase())
            .and_then(|app| app.strip_suffix('_'));
        let is_certain = label.is_none() && app.is_some_and(|app| !app.is_empty());
        let app = app.unwrap_or_else(|| table.split('_').next().unwrap_or_default());
        Self {
            app: leaked(app.to_owned()),
            object_name,
            is_certain,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Named;

    struct OrderItem;
    struct Boxed<T>(T);

    fn named<M>(label: Option<&'static str>, table: &str) -> (String, bool) {
        let named = Named::new::<M>(label, table);
        (
            format!("{}.{}", named.app, named.object_name),
            named.is_certain,
        )
    }

    #[test]
    fn the_name_comes_from_table_and_struct_unless_it_is_set() {
        assert_eq!(
            named::<OrderItem>(None, "orders_orderitem"),
            ("orders.OrderItem".to_owned(), true)
        );
        assert_eq!(
            named::<OrderItem>(None, "my_shop_orderitem"),
            ("my_shop.OrderItem".to_owned(), true)
        );
        assert_eq!(
            named::<Boxed<OrderItem>>(None, "orders_boxed"),
            ("orders.Boxed".to_owned(), true)
        );
        assert_eq!(
            named::<OrderItem>(Some("sales.Item"), "orders_orderitem"),
            ("sales.Item".to_owned(), true)
        );
    }

    #[test]
    fn a_table_that_does_not_match_its_struct_has_no_certain_name() {
        for table in [
            "orders_item",
            "orderitem",
            "_orderitem",
            "orders_xorderitem",
            "",
        ] {
            let (name, is_certain) = named::<OrderItem>(None, table);
            assert!(
                name.ends_with(".OrderItem") && !is_certain,
                "{table}: {name}"
            );
        }
        for label in [
            "",
            "orders",
            "orders.",
            ".OrderItem",
            "orders.Order.Item",
            "orders.Order Item",
        ] {
            assert!(
                !named::<OrderItem>(Some(label), "orders_orderitem").1,
                "{label}"
            );
        }
    }
}
