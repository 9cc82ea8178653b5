-- The changes that a checked import will make, so that one short transaction can write them. Deleted when the import has ended.
CREATE TABLE "nuages_import_change" ("import_id" bigint NOT NULL, "number" bigint NOT NULL, "object_id" text NOT NULL, "labels" text NOT NULL, "changes" text NOT NULL, PRIMARY KEY ("import_id", "number"));
