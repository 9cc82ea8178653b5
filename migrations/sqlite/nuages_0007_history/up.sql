-- The values before and after each change. A row without "parent_id" is an entry; the others are rows that changed along with it.
-- No references: the history remains when users and log entries go. clearhistory deletes old rows.
CREATE TABLE "nuages_history" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "parent_id" integer NULL, "log_id" integer NULL, "batch" varchar(32) NULL, "made_at" datetime NOT NULL, "user_id" integer NULL, "action" smallint NOT NULL, "model" varchar(201) NOT NULL, "object_id" text NOT NULL, "name" varchar(200) NOT NULL, "changes" text NOT NULL, "undone_at" datetime NULL);
CREATE INDEX "nuages_history_row" ON "nuages_history" ("model", "object_id");
CREATE INDEX "nuages_history_parent_id" ON "nuages_history" ("parent_id") WHERE "parent_id" IS NOT NULL;
CREATE INDEX "nuages_history_log_id" ON "nuages_history" ("log_id") WHERE "log_id" IS NOT NULL;
CREATE INDEX "nuages_history_batch" ON "nuages_history" ("batch", "id") WHERE "batch" IS NOT NULL;
CREATE INDEX "nuages_history_deleted" ON "nuages_history" ("model", "id") WHERE "action" = 3 AND "parent_id" IS NULL AND "undone_at" IS NULL;
-- Changes of many rows that can be undone at once.
CREATE TABLE "nuages_batch" ("key" varchar(32) NOT NULL PRIMARY KEY, "made_at" datetime NOT NULL, "user_id" integer NULL, "model" varchar(201) NOT NULL, "title" varchar(200) NOT NULL, "row_count" integer NOT NULL, "undone_at" datetime NULL);
CREATE INDEX "nuages_batch_made_at" ON "nuages_batch" ("made_at");
-- Saved views of the lists of the admin.
CREATE TABLE "nuages_view" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "user_id" integer NOT NULL REFERENCES "auth_user" ("id") ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED, "model" varchar(201) NOT NULL, "name" varchar(100) NOT NULL, "query" text NOT NULL, "shared" bool NOT NULL, "made_at" datetime NOT NULL);
CREATE INDEX "nuages_view_user_id" ON "nuages_view" ("user_id");
CREATE INDEX "nuages_view_model" ON "nuages_view" ("model");
