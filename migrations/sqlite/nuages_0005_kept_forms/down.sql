DROP TABLE "nuages_kept_form";
