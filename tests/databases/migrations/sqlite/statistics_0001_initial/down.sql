DROP TABLE "statistics_hit";
