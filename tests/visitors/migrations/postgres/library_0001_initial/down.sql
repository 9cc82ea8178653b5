-- Remove field tags from book
DROP TABLE "library_book_tags" CASCADE;
-- Delete model Book
DROP TABLE "library_book" CASCADE;
-- Delete model Tag
DROP TABLE "library_tag" CASCADE;
-- Delete model Shelf
DROP TABLE "library_shelf" CASCADE;
