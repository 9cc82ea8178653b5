-- Forms that were saved, so that a form that is sent twice adds nothing twice. Rows are deleted after some days.
CREATE TABLE "nuages_submission" ("key" varchar(64) NOT NULL PRIMARY KEY, "user_id" integer NULL REFERENCES "auth_user" ("id") ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED, "made_at" datetime NOT NULL, "digest" varchar(64) NOT NULL, "answer" text NOT NULL);
CREATE INDEX "nuages_submission_made_at" ON "nuages_submission" ("made_at");
CREATE INDEX "nuages_submission_user_id" ON "nuages_submission" ("user_id");
