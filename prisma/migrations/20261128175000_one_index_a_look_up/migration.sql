-- DropIndex
DROP INDEX "email_sends_workspace_id_simulated_status_id_idx";

-- DropIndex
DROP INDEX "profiles_workspace_id_email_key_idx";

-- DropIndex
DROP INDEX "profiles_workspace_id_external_id_key";

-- DropIndex
DROP INDEX "profiles_workspace_id_id_idx";

-- DropIndex
DROP INDEX "sender_profiles_workspace_id_id_idx";

-- DropIndex
DROP INDEX "subscription_groups_workspace_id_id_idx";

-- DropIndex
DROP INDEX "subscriptions_profile_id_idx";

-- AlterTable
ALTER TABLE "email_sends" ALTER COLUMN "data" SET DATA TYPE JSON;

-- AlterTable
ALTER TABLE "profiles" ALTER COLUMN "attributes" DROP DEFAULT,
ALTER COLUMN "attributes" SET DATA TYPE JSON,
ALTER COLUMN "attributes" SET DEFAULT '{}';

-- AlterTable
ALTER TABLE "templates" ALTER COLUMN "sample_data" SET DATA TYPE JSON;

-- CreateIndex
CREATE INDEX "email_sends_workspace_id_simulated_status_id_idx" ON "email_sends"("workspace_id", "simulated", "status", "id") WHERE (status IS NOT NULL);

-- CreateIndex
CREATE INDEX "profiles_workspace_id_email_key_idx" ON "profiles"("workspace_id", "email_key") WHERE (email_key IS NOT NULL);

-- CreateIndex
CREATE UNIQUE INDEX "profiles_workspace_id_external_id_key" ON "profiles"("workspace_id", "external_id") WHERE (external_id IS NOT NULL);

-- CreateIndex
CREATE INDEX "profiles_workspace_id_id_idx" ON "profiles"("workspace_id", "id") WHERE (workspace_id IS NOT NULL AND id IS NOT NULL);

-- CreateIndex
CREATE INDEX "sender_profiles_workspace_id_id_idx" ON "sender_profiles"("workspace_id", "id") WHERE (workspace_id IS NOT NULL AND id IS NOT NULL);

-- CreateIndex
CREATE INDEX "subscription_groups_workspace_id_id_idx" ON "subscription_groups"("workspace_id", "id") WHERE (workspace_id IS NOT NULL AND id IS NOT NULL);

-- CreateIndex
CREATE INDEX "subscriptions_profile_id_group_id_idx" ON "subscriptions"("profile_id", "group_id");
