-- CreateEnum
CREATE TYPE "NoticeState" AS ENUM ('pending', 'delivered', 'failed', 'blocked');

-- AlterEnum
ALTER TYPE "ErasureStage" ADD VALUE 'notices';

-- CreateTable
CREATE TABLE "webhook_endpoints" (
    "id" UUID NOT NULL,
    "workspace_id" UUID NOT NULL,
    "simulated" BOOLEAN NOT NULL DEFAULT false,
    "url" TEXT NOT NULL,
    "description" TEXT,
    "events" TEXT[],
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "secret" TEXT NOT NULL,
    "previous_secret" TEXT,
    "previous_secret_until" TIMESTAMPTZ(3),
    "failing_since" TIMESTAMPTZ(3),
    "failures" INTEGER NOT NULL DEFAULT 0,
    "disabled_reason" TEXT,
    "deleted_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "webhook_endpoints_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "webhook_notices" (
    "id" UUID NOT NULL,
    "workspace_id" UUID NOT NULL,
    "endpoint_id" UUID NOT NULL,
    "type" TEXT NOT NULL,
    "send_id" UUID,
    "facts" JSONB NOT NULL DEFAULT '{}',
    "occurred_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "state" "NoticeState" NOT NULL DEFAULT 'pending',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "tries" INTEGER NOT NULL DEFAULT 0,
    "next_attempt_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "lease_token" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "webhook_notices_pkey" PRIMARY KEY ("id")
) WITH (fillfactor = 70);

-- CreateTable
CREATE TABLE "webhook_attempts" (
    "notice_id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "duration_ms" INTEGER NOT NULL,
    "request" TEXT NOT NULL,
    "status_code" INTEGER,
    "answer" TEXT,
    "error" TEXT,

    CONSTRAINT "webhook_attempts_pkey" PRIMARY KEY ("notice_id","number")
);

-- CreateIndex
CREATE INDEX "webhook_endpoints_workspace_id_id_idx" ON "webhook_endpoints"("workspace_id", "id") WHERE (workspace_id IS NOT NULL AND id IS NOT NULL);

-- CreateIndex
CREATE INDEX "webhook_endpoints_told" ON "webhook_endpoints"("workspace_id", "simulated") WHERE (enabled AND deleted_at IS NULL);

-- CreateIndex
CREATE INDEX "webhook_endpoints_deleted" ON "webhook_endpoints"("deleted_at") WHERE (deleted_at IS NOT NULL);

-- CreateIndex
CREATE INDEX "webhook_notices_endpoint_id_state_id_idx" ON "webhook_notices"("endpoint_id", "state", "id") WHERE (workspace_id IS NOT NULL);

-- CreateIndex
CREATE INDEX "webhook_notices_due" ON "webhook_notices"("endpoint_id", "next_attempt_at") WHERE (state = 'pending');

-- CreateIndex
CREATE INDEX "webhook_notices_send_id_idx" ON "webhook_notices"("send_id") WHERE (send_id IS NOT NULL);

-- AddForeignKey
ALTER TABLE "webhook_endpoints" ADD CONSTRAINT "webhook_endpoints_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "webhook_attempts" ADD CONSTRAINT "webhook_attempts_notice_id_fkey" FOREIGN KEY ("notice_id") REFERENCES "webhook_notices"("id") ON DELETE CASCADE ON UPDATE CASCADE;
