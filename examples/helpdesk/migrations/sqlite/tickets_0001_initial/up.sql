-- Create model Category
CREATE TABLE "tickets_category" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "name" varchar(50) NOT NULL, "slug" varchar(50) NOT NULL UNIQUE);
-- Create model Customer
CREATE TABLE "tickets_customer" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "name" varchar(100) NOT NULL, "email" varchar(254) NOT NULL UNIQUE, "phone" varchar(30) NOT NULL, "joined" date NOT NULL);
-- Create model Tag
CREATE TABLE "tickets_tag" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "name" varchar(30) NOT NULL UNIQUE);
-- Create model Ticket
CREATE TABLE "tickets_ticket" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "number" integer unsigned NOT NULL CHECK ("number" >= 0), "subject" varchar(200) NOT NULL, "text" text NOT NULL, "status" varchar(10) NOT NULL, "priority" smallint unsigned NOT NULL CHECK ("priority" >= 0), "opened_at" datetime NOT NULL, "due_on" date NULL, "time_spent" bigint NULL, "ip_address" char(39) NULL, "attachment" varchar(100) NOT NULL, "agent_id" bigint NULL REFERENCES "tickets_agent" ("id") DEFERRABLE INITIALLY DEFERRED, "category_id" bigint NOT NULL REFERENCES "tickets_category" ("id") DEFERRABLE INITIALLY DEFERRED, "customer_id" bigint NOT NULL REFERENCES "tickets_customer" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "priority_1_to_5" CHECK (priority BETWEEN 1 AND 5), CONSTRAINT "ticket_number" UNIQUE ("number"));
-- Add field tags to ticket
CREATE TABLE "tickets_ticket_tags" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "ticket_id" bigint NOT NULL REFERENCES "tickets_ticket" ("id") DEFERRABLE INITIALLY DEFERRED, "tag_id" bigint NOT NULL REFERENCES "tickets_tag" ("id") DEFERRABLE INITIALLY DEFERRED);
-- Create model Agent
CREATE TABLE "tickets_agent" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "team" varchar(10) NOT NULL, "phone" varchar(30) NOT NULL, "user_id" integer NOT NULL UNIQUE REFERENCES "auth_user" ("id") DEFERRABLE INITIALLY DEFERRED);
-- Create model Comment
CREATE TABLE "tickets_comment" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "text" text NOT NULL, "made_at" datetime NOT NULL, "is_internal" bool NOT NULL, "author_id" integer NOT NULL REFERENCES "auth_user" ("id") DEFERRABLE INITIALLY DEFERRED, "ticket_id" bigint NOT NULL REFERENCES "tickets_ticket" ("id") DEFERRABLE INITIALLY DEFERRED);
CREATE INDEX "tickets_ticket_agent_id_e6a67130" ON "tickets_ticket" ("agent_id");
CREATE INDEX "tickets_ticket_category_id_710dbfd0" ON "tickets_ticket" ("category_id");
CREATE INDEX "tickets_ticket_customer_id_f2d9135a" ON "tickets_ticket" ("customer_id");
CREATE INDEX "tickets_tic_status_cdd77f_idx" ON "tickets_ticket" ("status", "opened_at" DESC);
CREATE UNIQUE INDEX "tickets_ticket_tags_ticket_id_tag_id_1cff053b_uniq" ON "tickets_ticket_tags" ("ticket_id", "tag_id");
CREATE INDEX "tickets_ticket_tags_ticket_id_7f74ebe4" ON "tickets_ticket_tags" ("ticket_id");
CREATE INDEX "tickets_ticket_tags_tag_id_94e38768" ON "tickets_ticket_tags" ("tag_id");
CREATE INDEX "tickets_comment_author_id_92e77b6b" ON "tickets_comment" ("author_id");
CREATE INDEX "tickets_comment_ticket_id_36a9497d" ON "tickets_comment" ("ticket_id");
