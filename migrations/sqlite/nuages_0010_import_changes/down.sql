DROP TABLE "nuages_import_change";
