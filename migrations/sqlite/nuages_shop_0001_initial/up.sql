-- Create model OrderNumber
CREATE TABLE "nuages_shop_number" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "taken_at" datetime NOT NULL);
-- Create model Event
CREATE TABLE "nuages_shop_event" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "at" datetime NOT NULL, "who" varchar(150) NOT NULL, "text" text NOT NULL, "order_id" bigint NOT NULL REFERENCES "orders_order" ("id") ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED);
-- Create model PaymentEvent
CREATE TABLE "nuages_shop_paymentevent" ("event" varchar(255) NOT NULL PRIMARY KEY, "order_id" bigint NOT NULL REFERENCES "orders_order" ("id") ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED);
-- Create model Placement
CREATE TABLE "nuages_shop_placement" ("order_id" bigint NOT NULL PRIMARY KEY REFERENCES "orders_order" ("id") ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED, "order_key" varchar(64) NOT NULL UNIQUE, "browser" varchar(32) NOT NULL, "name" varchar(200) NOT NULL, "street" varchar(200) NOT NULL, "postal_code" varchar(20) NOT NULL, "city" varchar(100) NOT NULL, "country" varchar(2) NOT NULL, "payment" varchar(20) NOT NULL, "tax_rate" decimal NOT NULL, "site" varchar(300) NOT NULL);
-- Create model SavedCart
CREATE TABLE "nuages_shop_cart" ("user_id" integer NOT NULL PRIMARY KEY REFERENCES "auth_user" ("id") ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED, "lines" text NOT NULL CHECK ((JSON_VALID("lines") OR "lines" IS NULL)));
-- Create model StockMove
CREATE TABLE "nuages_shop_stockmove" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "reason" varchar(10) NOT NULL, "quantity" integer NOT NULL, "order_id" bigint NOT NULL REFERENCES "orders_order" ("id") ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED, "product_id" bigint NOT NULL REFERENCES "catalog_product" ("id") ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED);
CREATE INDEX "nuages_shop_event_order_id_e668bb24" ON "nuages_shop_event" ("order_id");
CREATE INDEX "nuages_shop_paymentevent_order_id_d06574c4" ON "nuages_shop_paymentevent" ("order_id");
CREATE UNIQUE INDEX "nuages_shop_stockmove_order_id_product_id_reason_327017e9_uniq" ON "nuages_shop_stockmove" ("order_id", "product_id", "reason");
CREATE INDEX "nuages_shop_stockmove_order_id_2e045d41" ON "nuages_shop_stockmove" ("order_id");
CREATE INDEX "nuages_shop_stockmove_product_id_4ab5eeb2" ON "nuages_shop_stockmove" ("product_id");
