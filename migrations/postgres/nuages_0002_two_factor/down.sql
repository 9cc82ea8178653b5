DROP TABLE "nuages_recovery_code";
DROP TABLE "nuages_two_factor";
