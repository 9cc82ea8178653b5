DROP TABLE "orders_orderitem";
DROP TABLE "orders_order";
