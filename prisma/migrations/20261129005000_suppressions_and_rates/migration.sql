-- CreateEnum
CREATE TYPE "SuppressionOrigin" AS ENUM ('client', 'import', 'provider', 'event');

-- CreateEnum
CREATE TYPE "PauseScope" AS ENUM ('workspace', 'sender_profile', 'domain');

-- AlterEnum
ALTER TYPE "EmailEventType" ADD VALUE 'other';

-- AlterTable
ALTER TABLE "send_attempts" ADD COLUMN     "dropped" JSONB;

-- AlterTable
ALTER TABLE "suppressions" ADD COLUMN     "expires_at" TIMESTAMPTZ(3),
ADD COLUMN     "origin" "SuppressionOrigin" NOT NULL DEFAULT 'client';

-- CreateTable
CREATE TABLE "soft_bounces" (
    "workspace_id" UUID NOT NULL,
    "email_key" TEXT NOT NULL,
    "moments" TIMESTAMPTZ(3)[],
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "soft_bounces_pkey" PRIMARY KEY ("workspace_id","email_key")
);

-- CreateTable
CREATE TABLE "delivery_counts" (
    "workspace_id" UUID NOT NULL,
    "hour" TIMESTAMPTZ(3) NOT NULL,
    "sender_profile_id" UUID NOT NULL,
    "domain" TEXT NOT NULL,
    "slot" SMALLINT NOT NULL,
    "delivered" INTEGER NOT NULL,
    "bounced" INTEGER NOT NULL,
    "complained" INTEGER NOT NULL,

    CONSTRAINT "delivery_counts_pkey" PRIMARY KEY ("workspace_id","hour","sender_profile_id","domain","slot")
);

-- Its rows are changed in place, hundreds of times each.
ALTER TABLE "delivery_counts" SET (fillfactor = 50);

-- CreateTable
CREATE TABLE "marketing_pauses" (
    "workspace_id" UUID NOT NULL,
    "scope" "PauseScope" NOT NULL,
    "key" TEXT NOT NULL,
    "paused_at" TIMESTAMPTZ(3) NOT NULL,
    "resumed_at" TIMESTAMPTZ(3),
    "delivered" INTEGER NOT NULL,
    "bounced" INTEGER NOT NULL,
    "complained" INTEGER NOT NULL,
    "forgiven" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "marketing_pauses_pkey" PRIMARY KEY ("workspace_id","scope","key")
);

-- CreateTable
CREATE TABLE "unmatched_events" (
    "send_id" UUID NOT NULL,
    "source_id" TEXT NOT NULL,
    "body" JSONB NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "look_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "unmatched_events_pkey" PRIMARY KEY ("send_id","source_id")
);

-- CreateIndex
CREATE INDEX "suppressions_workspace_id_reason_created_at_email_key_idx" ON "suppressions"("workspace_id", "reason", "created_at", "email_key") WHERE (reason IS NOT NULL);

-- CreateIndex
CREATE INDEX "suppressions_expiring" ON "suppressions"("expires_at") WHERE (expires_at IS NOT NULL);

-- CreateIndex
CREATE INDEX "soft_bounces_updated_at_idx" ON "soft_bounces"("updated_at");

-- CreateIndex
CREATE INDEX "delivery_counts_hour_idx" ON "delivery_counts"("hour");

-- CreateIndex
CREATE INDEX "delivery_counts_bad" ON "delivery_counts"("workspace_id", "hour") WHERE ((bounced + complained) > 0);

-- CreateIndex
CREATE INDEX "unmatched_events_look_at_idx" ON "unmatched_events"("look_at");
