DROP INDEX IF EXISTS "nuages_search_orders_order";
DROP INDEX IF EXISTS "nuages_search_catalog_product";
