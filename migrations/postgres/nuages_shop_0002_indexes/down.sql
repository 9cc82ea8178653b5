DROP INDEX "nuages_product_category";
DROP INDEX "nuages_product_picture";
DROP INDEX "nuages_product_price";
DROP INDEX "nuages_product_released";
DROP INDEX "nuages_product_name";
DROP INDEX "nuages_order_email";
DROP INDEX "nuages_order_total";
DROP INDEX "nuages_order_status";
