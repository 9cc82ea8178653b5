DROP TABLE "blog_comment";
DROP TABLE "blog_post";
DROP TABLE "blog_author";
