-- Remove field tags from book
DROP TABLE "library_book_tags";
-- Delete model Book
DROP TABLE "library_book";
-- Delete model Tag
DROP TABLE "library_tag";
-- Delete model Shelf
DROP TABLE "library_shelf";
