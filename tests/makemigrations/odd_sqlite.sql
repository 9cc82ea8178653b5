CREATE TABLE "Odd Table" ("ID" integer NOT NULL PRIMARY KEY, "type" varchar(10) DEFAULT 'a' NOT NULL UNIQUE, "self" integer NULL, "Two Words" text NULL, "table" bool DEFAULT 1 NOT NULL, "1st" date NULL, "a__b_" integer unsigned NOT NULL CHECK ("a__b_" >= 0), "gen" decimal NOT NULL, "Odd Table" integer NULL);
CREATE INDEX "odd words" ON "Odd Table" ("Two Words", "self" DESC) WHERE "self" > 1;
CREATE TABLE "odd_option" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "name" varchar(20) NOT NULL UNIQUE, "user" text NOT NULL, "user_id" bigint NOT NULL REFERENCES "odd_user" ("id") DEFERRABLE INITIALLY DEFERRED);
CREATE INDEX "odd_option_user_id_9ca45b57" ON "odd_option" ("user_id");
CREATE TABLE "odd_user" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "parent_id" bigint NULL REFERENCES "odd_user" ("id") ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED, "login_id" integer NOT NULL REFERENCES "auth_user" ("id") DEFERRABLE INITIALLY DEFERRED, "kind_id" integer NULL UNIQUE REFERENCES "django_content_type" ("id") DEFERRABLE INITIALLY DEFERRED, "option" integer NULL, "first" integer NOT NULL, "last" integer NOT NULL, "extra" text NOT NULL CHECK ((JSON_VALID("extra") OR "extra" IS NULL)), CONSTRAINT "odd_span" UNIQUE ("first", "last"), CONSTRAINT "odd_order" CHECK ("first" >= 0));
CREATE INDEX "of_the_login" ON "odd_user" ("login_id");
CREATE TABLE "odd_child" ("user_ptr_id" bigint NOT NULL PRIMARY KEY REFERENCES "odd_user" ("id") DEFERRABLE INITIALLY DEFERRED, "note" varchar(5) NOT NULL);
CREATE TABLE "odd_leaf" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "child_id" bigint NOT NULL REFERENCES "odd_child" ("user_ptr_id") DEFERRABLE INITIALLY DEFERRED, "option_name" varchar(20) NOT NULL REFERENCES "odd_option" ("name") DEFERRABLE INITIALLY DEFERRED, "pair" integer NOT NULL, "twice" integer GENERATED ALWAYS AS ("pair" * 2) STORED);
CREATE UNIQUE INDEX "odd_leaf_child_id_pair_b8f2a8be_uniq" ON "odd_leaf" ("child_id", "pair");
CREATE INDEX "odd_leaf_child_id_6bb8b46f" ON "odd_leaf" ("child_id");
CREATE TABLE "odd_pair" ("a" integer NOT NULL, "b" integer NOT NULL, PRIMARY KEY ("a", "b"));
CREATE TABLE "odd_unknown" ("code" varchar(5) NOT NULL PRIMARY KEY, "place" geometry NULL, "size" tinyint NULL)
