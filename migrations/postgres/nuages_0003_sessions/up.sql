-- No reference to django_session: rows of sessions that are gone do no harm, and Django may empty or drop its table.
CREATE TABLE "nuages_session" ("session_key" varchar(40) NOT NULL PRIMARY KEY, "user_id" integer NOT NULL REFERENCES "auth_user" ("id") ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED, "created_at" timestamp with time zone NULL, "last_seen" timestamp with time zone NOT NULL, "address" varchar(45) NOT NULL, "user_agent" varchar(300) NOT NULL);
CREATE INDEX "nuages_session_user_id" ON "nuages_session" ("user_id");
