DROP TABLE "nuages_idempotency_key";
DROP TABLE "nuages_api_token";
