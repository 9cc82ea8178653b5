-- Indexes of the lists. Their names say that they are not in the migrations of Django's apps.
CREATE INDEX "nuages_order_status" ON "orders_order" ("status", "created_at", "id");
CREATE INDEX "nuages_order_total" ON "orders_order" ("total", "id");
CREATE INDEX "nuages_order_email" ON "orders_order" ("email");
CREATE INDEX "nuages_product_name" ON "catalog_product" ("name", "id");
CREATE INDEX "nuages_product_released" ON "catalog_product" ("released_on", "name", "id");
CREATE INDEX "nuages_product_price" ON "catalog_product" ("is_active", "price", "id");
CREATE INDEX "nuages_product_picture" ON "catalog_product" ("category_id", "id") WHERE image <> '';
CREATE INDEX "nuages_product_category" ON "catalog_product" ("category_id", "is_active", "name", "id");
