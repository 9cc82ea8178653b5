-- Delete model Comment
DROP TABLE "tickets_comment" CASCADE;
-- Delete model Agent
DROP TABLE "tickets_agent" CASCADE;
-- Remove field tags from ticket
DROP TABLE "tickets_ticket_tags" CASCADE;
-- Delete model Ticket
DROP TABLE "tickets_ticket" CASCADE;
-- Delete model Tag
DROP TABLE "tickets_tag" CASCADE;
-- Delete model Customer
DROP TABLE "tickets_customer" CASCADE;
-- Delete model Category
DROP TABLE "tickets_category" CASCADE;
