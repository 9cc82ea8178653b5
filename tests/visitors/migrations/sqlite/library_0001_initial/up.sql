-- Create model Shelf
CREATE TABLE "library_shelf" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "name" varchar(30) NOT NULL);
-- Create model Tag
CREATE TABLE "library_tag" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "word" varchar(30) NOT NULL);
-- Create model Book
CREATE TABLE "library_book" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "title" varchar(60) NOT NULL UNIQUE, "pages" integer NOT NULL, "kind" varchar(10) NOT NULL, "read_on" date NULL, "excerpt" varchar(100) NOT NULL, "notes" text NOT NULL, "is_lent" bool NOT NULL, "owner_id" integer NOT NULL REFERENCES "auth_user" ("id") DEFERRABLE INITIALLY DEFERRED, "shelf_id" bigint NOT NULL REFERENCES "library_shelf" ("id") DEFERRABLE INITIALLY DEFERRED);
-- Add field tags to book
CREATE TABLE "library_book_tags" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "book_id" bigint NOT NULL REFERENCES "library_book" ("id") DEFERRABLE INITIALLY DEFERRED, "tag_id" bigint NOT NULL REFERENCES "library_tag" ("id") DEFERRABLE INITIALLY DEFERRED);
CREATE INDEX "library_book_owner_id_3f44f0aa" ON "library_book" ("owner_id");
CREATE INDEX "library_book_shelf_id_8115c4f1" ON "library_book" ("shelf_id");
CREATE UNIQUE INDEX "library_book_tags_book_id_tag_id_c3660ce1_uniq" ON "library_book_tags" ("book_id", "tag_id");
CREATE INDEX "library_book_tags_book_id_7c6729bd" ON "library_book_tags" ("book_id");
CREATE INDEX "library_book_tags_tag_id_ad3c9ecb" ON "library_book_tags" ("tag_id");
