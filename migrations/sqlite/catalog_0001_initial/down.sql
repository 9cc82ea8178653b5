DROP TABLE "catalog_product_tags";
DROP TABLE "catalog_product";
DROP TABLE "catalog_category";
DROP TABLE "catalog_tag";
