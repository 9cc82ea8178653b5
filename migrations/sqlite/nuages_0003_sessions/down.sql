DROP TABLE "nuages_session";
