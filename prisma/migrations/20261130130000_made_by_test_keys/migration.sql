-- The version before makes them as if a live key did. Of what is there nobody knows which key made it: it stays as it is.
-- AlterTable
ALTER TABLE "profiles" ADD COLUMN IF NOT EXISTS "simulated" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "sender_profiles" ADD COLUMN     "simulated" BOOLEAN NOT NULL DEFAULT false;

-- Lists of live keys pass none of those of test keys. On a large table it is made without blocking writes before this
-- (docs/operating.md, Upgrading), after the column.
-- CreateIndex
CREATE INDEX IF NOT EXISTS "profiles_of_live_keys" ON "profiles"("workspace_id", "id") WHERE (NOT simulated AND id IS NOT NULL);
