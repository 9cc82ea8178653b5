CREATE TABLE "statistics_hit" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "path" varchar(200) NOT NULL);
