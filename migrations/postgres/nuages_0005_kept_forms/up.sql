-- Forms that were sent after their session had ended, sealed, until their user has logged in again. Rows are deleted after some hours.
CREATE TABLE "nuages_kept_form" ("key" varchar(64) NOT NULL PRIMARY KEY, "user_id" integer NOT NULL REFERENCES "auth_user" ("id") ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED, "made_at" timestamp with time zone NOT NULL, "sealed" text NOT NULL);
CREATE INDEX "nuages_kept_form_made_at" ON "nuages_kept_form" ("made_at");
CREATE INDEX "nuages_kept_form_user_id" ON "nuages_kept_form" ("user_id");
