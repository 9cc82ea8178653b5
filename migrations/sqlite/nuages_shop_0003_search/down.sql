DROP TRIGGER IF EXISTS "nuages_search_orders_order_insert";
DROP TRIGGER IF EXISTS "nuages_search_orders_order_update";
DROP TRIGGER IF EXISTS "nuages_search_orders_order_delete";
DROP TABLE IF EXISTS "nuages_search_orders_order";
DROP TRIGGER IF EXISTS "nuages_search_catalog_product_insert";
DROP TRIGGER IF EXISTS "nuages_search_catalog_product_update";
DROP TRIGGER IF EXISTS "nuages_search_catalog_product_delete";
DROP TABLE IF EXISTS "nuages_search_catalog_product";
