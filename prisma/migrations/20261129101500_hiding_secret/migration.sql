-- What is hashed of erased persons has to be found again after the secret of links was replaced.

-- AlterTable
ALTER TABLE "workspaces" ADD COLUMN "hiding_secret" BYTEA NOT NULL DEFAULT decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex');

-- The hashes that are there were made with the secret of links, the first one if it was replaced.
UPDATE "workspaces" w SET "hiding_secret" = coalesce((
  SELECT f."secret" FROM "former_link_secrets" f WHERE f."workspace_id" = w."id" ORDER BY f."retired_at" LIMIT 1), w."link_secret");
