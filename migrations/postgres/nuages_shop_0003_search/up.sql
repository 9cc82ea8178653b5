-- Indexes for searching inside of texts. Their names say that they are not in the migrations of Django's apps.
DO $nuages$
DECLARE
    folding text := '';
BEGIN
    BEGIN
        CREATE EXTENSION IF NOT EXISTS pg_trgm;
    EXCEPTION WHEN OTHERS THEN
        RAISE EXCEPTION 'the search index nuages_search_catalog_product needs the extension pg_trgm, which cannot be created: %. Let a superuser run CREATE EXTENSION pg_trgm in this database, and migrate again', SQLERRM;
    END;
    IF upper('ä') <> 'Ä' THEN
        folding := coalesce((SELECT format(' COLLATE %I', collname) FROM pg_collation
            WHERE collname = ANY (ARRAY['C.utf8', 'pg_c_utf8', 'C.UTF-8', 'en_US.utf8', 'und-x-icu'])
            AND collencoding IN (-1, pg_char_to_encoding(getdatabaseencoding()))
            ORDER BY array_position(ARRAY['C.utf8', 'pg_c_utf8', 'C.UTF-8', 'en_US.utf8', 'und-x-icu'], collname::text) LIMIT 1), '');
    END IF;
    EXECUTE format('CREATE INDEX "nuages_search_catalog_product" ON "catalog_product" USING gin (upper("name"%1$s) gin_trgm_ops, upper("sku"%1$s) gin_trgm_ops, upper("description"%1$s) gin_trgm_ops)', folding);
END
$nuages$;
DO $nuages$
DECLARE
    folding text := '';
BEGIN
    BEGIN
        CREATE EXTENSION IF NOT EXISTS pg_trgm;
    EXCEPTION WHEN OTHERS THEN
        RAISE EXCEPTION 'the search index nuages_search_orders_order needs the extension pg_trgm, which cannot be created: %. Let a superuser run CREATE EXTENSION pg_trgm in this database, and migrate again', SQLERRM;
    END;
    IF upper('ä') <> 'Ä' THEN
        folding := coalesce((SELECT format(' COLLATE %I', collname) FROM pg_collation
            WHERE collname = ANY (ARRAY['C.utf8', 'pg_c_utf8', 'C.UTF-8', 'en_US.utf8', 'und-x-icu'])
            AND collencoding IN (-1, pg_char_to_encoding(getdatabaseencoding()))
            ORDER BY array_position(ARRAY['C.utf8', 'pg_c_utf8', 'C.UTF-8', 'en_US.utf8', 'und-x-icu'], collname::text) LIMIT 1), '');
    END IF;
    EXECUTE format('CREATE INDEX "nuages_search_orders_order" ON "orders_order" USING gin (upper("number"%1$s) gin_trgm_ops, upper("email"%1$s) gin_trgm_ops)', folding);
END
$nuages$;
