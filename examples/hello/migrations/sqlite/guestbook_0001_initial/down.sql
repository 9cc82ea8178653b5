-- Delete model Entry
DROP TABLE "guestbook_entry";
