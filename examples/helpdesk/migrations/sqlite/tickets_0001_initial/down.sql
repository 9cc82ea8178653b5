-- Delete model Comment
DROP TABLE "tickets_comment";
-- Delete model Agent
DROP TABLE "tickets_agent";
-- Remove field tags from ticket
DROP TABLE "tickets_ticket_tags";
-- Delete model Ticket
DROP TABLE "tickets_ticket";
-- Delete model Tag
DROP TABLE "tickets_tag";
-- Delete model Customer
DROP TABLE "tickets_customer";
-- Delete model Category
DROP TABLE "tickets_category";
