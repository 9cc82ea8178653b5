CREATE TABLE "nuages_login_throttle" ("key" varchar(64) NOT NULL PRIMARY KEY, "empty_at" datetime NOT NULL, "blocked_until" datetime NOT NULL);
CREATE INDEX "nuages_login_throttle_empty_at" ON "nuages_login_throttle" ("empty_at");
