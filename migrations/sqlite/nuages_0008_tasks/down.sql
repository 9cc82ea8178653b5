DROP TABLE "nuages_task";
