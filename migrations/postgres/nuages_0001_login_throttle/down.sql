DROP TABLE "nuages_login_throttle";
