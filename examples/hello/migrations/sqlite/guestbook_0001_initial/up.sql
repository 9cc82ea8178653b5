-- Create model Entry
CREATE TABLE "guestbook_entry" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "name" varchar(80) NOT NULL, "text" text NOT NULL);
