DROP TABLE "nuages_view";
DROP TABLE "nuages_batch";
DROP TABLE "nuages_history";
