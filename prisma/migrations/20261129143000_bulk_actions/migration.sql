-- CreateEnum
CREATE TYPE "BulkAction" AS ENUM ('retry', 'cancel', 'export');

-- CreateEnum
CREATE TYPE "ActionState" AS ENUM ('running', 'done', 'stopped');

-- CreateTable
CREATE TABLE "bulk_actions" (
    "id" UUID NOT NULL,
    "workspace_id" UUID NOT NULL,
    "simulated" BOOLEAN NOT NULL,
    "action" "BulkAction" NOT NULL,
    "filter" JSONB NOT NULL,
    "idempotency_key" TEXT,
    "state" "ActionState" NOT NULL,
    "matched" INTEGER NOT NULL,
    "matched_is_estimate" BOOLEAN NOT NULL,
    "done" INTEGER NOT NULL DEFAULT 0,
    "refused" JSONB NOT NULL DEFAULT '{}',
    "cursor" UUID,
    "lease_token" UUID,
    "not_before" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "bulk_actions_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "bulk_actions_workspace_id_simulated_idempotency_key_key" ON "bulk_actions"("workspace_id", "simulated", "idempotency_key");

-- CreateIndex
CREATE INDEX "bulk_actions_workspace_id_id_idx" ON "bulk_actions"("workspace_id", "id") WHERE (state = 'running');

-- CreateIndex
CREATE INDEX "bulk_actions_due" ON "bulk_actions"("not_before") WHERE (state = 'running');

-- CreateIndex
CREATE INDEX "bulk_actions_finished" ON "bulk_actions"("finished_at") WHERE (finished_at IS NOT NULL);

-- AddForeignKey
ALTER TABLE "bulk_actions" ADD CONSTRAINT "bulk_actions_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
