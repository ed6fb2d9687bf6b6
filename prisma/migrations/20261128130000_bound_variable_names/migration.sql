-- Names of variables are bounded when a template is saved: each at 1,024 characters, all together at 65,536. Snapshots from
-- before may have megabytes of them, which no answer can hold. They keep what fits, required names first. An item that lacks
-- one of the others is no longer refused, and renders it as nothing.
UPDATE "template_snapshots" s
SET "required_variables" = k."required", "optional_variables" = k."optional"
FROM (
  SELECT n."id",
    coalesce(array_agg(n."name" ORDER BY n."at") FILTER (WHERE n."is_required" AND n."fits"), '{}') AS "required",
    coalesce(array_agg(n."name" ORDER BY n."at") FILTER (WHERE NOT n."is_required" AND n."fits"), '{}') AS "optional"
  FROM (
    SELECT l."id", l."name", l."is_required", l."at",
      l."characters" <= 1024 AND sum(least(l."characters", 1025)) OVER (
        PARTITION BY l."id" ORDER BY l."is_required" DESC, l."at") <= 65536 AS "fits"
    FROM (
      SELECT t."id", v."name", v."is_required", v."at", length(v."name") AS "characters"
      FROM "template_snapshots" t
      CROSS JOIN LATERAL (
        SELECT r."name", true AS "is_required", r."at"
        FROM unnest(t."required_variables") WITH ORDINALITY AS r("name", "at")
        UNION ALL
        SELECT o."name", false, o."at"
        FROM unnest(t."optional_variables") WITH ORDINALITY AS o("name", "at")) v
      -- As stored, compressed: nothing smaller can have been too long, and most rows need not be opened.
      WHERE pg_column_size(t."required_variables") + pg_column_size(t."optional_variables") > 500) l) n
  GROUP BY n."id"
  HAVING NOT bool_and(n."fits")) k
WHERE s."id" = k."id";
