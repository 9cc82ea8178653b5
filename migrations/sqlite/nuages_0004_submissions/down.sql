DROP TABLE "nuages_submission";
