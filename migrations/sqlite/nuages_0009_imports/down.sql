DROP TABLE "nuages_import_row";
DROP TABLE "nuages_import";
