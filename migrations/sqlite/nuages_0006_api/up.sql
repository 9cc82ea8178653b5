-- Tokens with which programs use the JSON API. Only a hash of each is stored.
CREATE TABLE "nuages_api_token" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "user_id" integer NOT NULL REFERENCES "auth_user" ("id") ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED, "name" varchar(100) NOT NULL, "hash" varchar(64) NOT NULL UNIQUE, "is_read_only" bool NOT NULL, "created_at" datetime NOT NULL, "expires_at" datetime NULL, "last_used_at" datetime NULL);
CREATE INDEX "nuages_api_token_user_id" ON "nuages_api_token" ("user_id");
-- Answers to requests with an Idempotency-Key, so that a request that is sent twice writes once. Rows are deleted after a day.
CREATE TABLE "nuages_idempotency_key" ("key" varchar(64) NOT NULL PRIMARY KEY, "user_id" integer NOT NULL REFERENCES "auth_user" ("id") ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED, "made_at" datetime NOT NULL, "digest" varchar(64) NOT NULL, "answer" text NOT NULL);
CREATE INDEX "nuages_idempotency_key_made_at" ON "nuages_idempotency_key" ("made_at");
CREATE INDEX "nuages_idempotency_key_user_id" ON "nuages_idempotency_key" ("user_id");
