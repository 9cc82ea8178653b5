-- Delete model StockMove
DROP TABLE "nuages_shop_stockmove";
-- Delete model SavedCart
DROP TABLE "nuages_shop_cart";
-- Delete model Placement
DROP TABLE "nuages_shop_placement";
-- Delete model PaymentEvent
DROP TABLE "nuages_shop_paymentevent";
-- Delete model Event
DROP TABLE "nuages_shop_event";
-- Delete model OrderNumber
DROP TABLE "nuages_shop_number";
