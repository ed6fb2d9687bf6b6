-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateEnum
CREATE TYPE "KeyMode" AS ENUM ('live', 'test');

-- CreateEnum
CREATE TYPE "TemplateStatus" AS ENUM ('Active', 'Archived');

-- CreateEnum
CREATE TYPE "SnapshotKind" AS ENUM ('template', 'literal');

-- CreateEnum
CREATE TYPE "GroupType" AS ENUM ('OptIn', 'OptOut');

-- CreateEnum
CREATE TYPE "SuppressionReason" AS ENUM ('Bounce', 'Complaint', 'Manual');

-- CreateEnum
CREATE TYPE "DomainStatus" AS ENUM ('pending', 'verified', 'failed');

-- CreateEnum
CREATE TYPE "SendStatus" AS ENUM ('Scheduled', 'Queued', 'Processing', 'Sent', 'Failed', 'Skipped', 'Canceled');

-- CreateEnum
CREATE TYPE "SendLane" AS ENUM ('transactional', 'marketing');

-- CreateEnum
CREATE TYPE "Delivery" AS ENUM ('delivered', 'delayed', 'bounced', 'complained');

-- CreateEnum
CREATE TYPE "Dialect" AS ENUM ('items', 'emails');

-- CreateEnum
CREATE TYPE "AttemptOutcome" AS ENUM ('sent', 'in_doubt', 'retry', 'failed', 'skipped', 'returned');

-- CreateEnum
CREATE TYPE "EmailEventType" AS ENUM ('send', 'delivery', 'delay', 'bounce', 'complaint', 'reject', 'rendering_failure', 'open', 'click', 'subscription');

-- CreateTable
CREATE TABLE "workspaces" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "is_default" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "workspaces_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "api_keys" (
    "id" UUID NOT NULL,
    "workspace_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "hash" BYTEA NOT NULL,
    "prefix" TEXT NOT NULL,
    "scopes" TEXT[],
    "mode" "KeyMode" NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_keys_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sender_profiles" (
    "id" UUID NOT NULL,
    "workspace_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "from_email" TEXT NOT NULL,
    "from_name" TEXT,
    "from_key" TEXT NOT NULL,
    "reply_to_email" TEXT,
    "reply_to_name" TEXT,
    "configuration_set" TEXT,
    "track_clicks" BOOLEAN NOT NULL DEFAULT false,
    "track_opens" BOOLEAN NOT NULL DEFAULT false,
    "verified_at" TIMESTAMPTZ(3),
    "flagged_reason" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "sender_profiles_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "domains" (
    "id" UUID NOT NULL,
    "workspace_id" UUID NOT NULL,
    "domain" TEXT NOT NULL,
    "status" "DomainStatus" NOT NULL DEFAULT 'pending',
    "dns_records" JSONB NOT NULL DEFAULT '[]',
    "checked_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "domains_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "templates" (
    "id" UUID NOT NULL,
    "workspace_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "html" TEXT NOT NULL,
    "text" TEXT,
    "sender_profile_id" UUID,
    "sample_data" JSONB,
    "status" "TemplateStatus" NOT NULL DEFAULT 'Active',
    "current_snapshot_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "templates_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "template_snapshots" (
    "id" UUID NOT NULL,
    "workspace_id" UUID NOT NULL,
    "kind" "SnapshotKind" NOT NULL,
    "content_hash" BYTEA NOT NULL,
    "subject" TEXT NOT NULL,
    "html" TEXT,
    "text" TEXT,
    "required_variables" TEXT[],
    "optional_variables" TEXT[],
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "template_snapshots_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "profiles" (
    "id" UUID NOT NULL,
    "workspace_id" UUID NOT NULL,
    "external_id" TEXT,
    "email" TEXT,
    "email_key" TEXT,
    "attributes" JSONB NOT NULL DEFAULT '{}',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "profiles_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "subscription_groups" (
    "id" UUID NOT NULL,
    "workspace_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "type" "GroupType" NOT NULL,
    "marketing_default" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "subscription_groups_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "subscriptions" (
    "group_id" UUID NOT NULL,
    "profile_id" UUID NOT NULL,
    "subscribed" BOOLEAN NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "subscriptions_pkey" PRIMARY KEY ("group_id","profile_id")
);

-- CreateTable
CREATE TABLE "suppressions" (
    "workspace_id" UUID NOT NULL,
    "email_key" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "reason" "SuppressionReason" NOT NULL,
    "note" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "suppressions_pkey" PRIMARY KEY ("workspace_id","email_key")
);

-- CreateTable
CREATE TABLE "batches" (
    "id" UUID NOT NULL,
    "workspace_id" UUID NOT NULL,
    "dialect" "Dialect" NOT NULL,
    "total" INTEGER NOT NULL,
    "accepted" INTEGER NOT NULL,
    "rejected" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "batches_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "email_sends" (
    "id" UUID NOT NULL,
    "workspace_id" UUID NOT NULL,
    "batch_id" UUID,
    "dialect" "Dialect" NOT NULL,
    "lane" "SendLane" NOT NULL,
    "status" "SendStatus" NOT NULL,
    "delivery" "Delivery",
    "simulated" BOOLEAN NOT NULL DEFAULT false,
    "idempotency_key" TEXT,
    "fingerprint" BYTEA NOT NULL,
    "template_id" UUID,
    "snapshot_id" UUID NOT NULL,
    "sender_profile_id" UUID,
    "configuration_set" TEXT,
    "from_email" TEXT NOT NULL,
    "from_name" TEXT,
    "reply_to_email" TEXT,
    "reply_to_name" TEXT,
    "subject" TEXT,
    "rendered_subject" TEXT,
    "subscription_group_id" UUID,
    "profile_id" UUID,
    "to_email" TEXT NOT NULL,
    "to_name" TEXT,
    "to_key" TEXT NOT NULL,
    "to_others" JSONB,
    "cc" JSONB,
    "bcc" JSONB,
    "data" JSONB,
    "headers" JSONB,
    "attachments" JSONB,
    "tags" TEXT[],
    "track_clicks" BOOLEAN NOT NULL DEFAULT false,
    "track_opens" BOOLEAN NOT NULL DEFAULT false,
    "scheduled_at" TIMESTAMPTZ(3),
    "message_id" UUID NOT NULL,
    "provider_message_id" TEXT,
    "failure_message" TEXT,
    "failure_class" TEXT,
    "epoch" INTEGER NOT NULL DEFAULT 0,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "attempts_spent" INTEGER NOT NULL DEFAULT 0,
    "resends" INTEGER NOT NULL DEFAULT 0,
    "next_attempt_at" TIMESTAMPTZ(3) NOT NULL,
    "sweep_at" TIMESTAMPTZ(3) NOT NULL,
    "lease_token" UUID,
    "lease_until" TIMESTAMPTZ(3),
    "in_doubt_since" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "sent_at" TIMESTAMPTZ(3),

    CONSTRAINT "email_sends_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "send_attempts" (
    "send_id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "lease_token" UUID NOT NULL,
    "worker" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(3),
    "outcome" "AttemptOutcome",
    "spent" BOOLEAN NOT NULL DEFAULT false,
    "error_code" TEXT,
    "error_message" TEXT,
    "provider_message_id" TEXT,

    CONSTRAINT "send_attempts_pkey" PRIMARY KEY ("send_id","number")
);

-- CreateTable
CREATE TABLE "email_events" (
    "id" UUID NOT NULL,
    "workspace_id" UUID NOT NULL,
    "send_id" UUID NOT NULL,
    "type" "EmailEventType" NOT NULL,
    "source_id" TEXT NOT NULL,
    "provider_message_id" TEXT,
    "detail" JSONB NOT NULL DEFAULT '{}',
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "email_events_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "workspaces_one_default" ON "workspaces"("is_default") WHERE (is_default);

-- CreateIndex
CREATE INDEX "api_keys_workspace_id_id_idx" ON "api_keys"("workspace_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "api_keys_hash_key" ON "api_keys"("hash");

-- CreateIndex
CREATE INDEX "sender_profiles_workspace_id_id_idx" ON "sender_profiles"("workspace_id", "id");

-- CreateIndex
CREATE INDEX "sender_profiles_workspace_id_from_key_idx" ON "sender_profiles"("workspace_id", "from_key");

-- CreateIndex
CREATE UNIQUE INDEX "domains_workspace_id_domain_key" ON "domains"("workspace_id", "domain");

-- CreateIndex
CREATE INDEX "templates_workspace_id_id_idx" ON "templates"("workspace_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "template_snapshots_workspace_id_content_hash_key" ON "template_snapshots"("workspace_id", "content_hash");

-- CreateIndex
CREATE INDEX "profiles_workspace_id_email_key_idx" ON "profiles"("workspace_id", "email_key");

-- CreateIndex
CREATE INDEX "profiles_workspace_id_id_idx" ON "profiles"("workspace_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "profiles_workspace_id_external_id_key" ON "profiles"("workspace_id", "external_id");

-- CreateIndex
CREATE UNIQUE INDEX "profiles_one_per_address" ON "profiles"("workspace_id", "email_key") WHERE (external_id IS NULL);

-- CreateIndex
CREATE INDEX "subscription_groups_workspace_id_id_idx" ON "subscription_groups"("workspace_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "subscription_groups_one_marketing_default" ON "subscription_groups"("workspace_id") WHERE (marketing_default);

-- CreateIndex
CREATE INDEX "subscriptions_profile_id_idx" ON "subscriptions"("profile_id");

-- CreateIndex
CREATE INDEX "email_sends_sweep_waiting" ON "email_sends"("sweep_at") WHERE (status IN ('Scheduled', 'Queued'));

-- CreateIndex
CREATE INDEX "email_sends_sweep_processing" ON "email_sends"("sweep_at") WHERE (status = 'Processing');

-- CreateIndex
CREATE UNIQUE INDEX "email_sends_workspace_id_idempotency_key_key" ON "email_sends"("workspace_id", "idempotency_key");

-- CreateIndex
CREATE UNIQUE INDEX "email_events_send_id_source_id_key" ON "email_events"("send_id", "source_id");

-- AddForeignKey
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sender_profiles" ADD CONSTRAINT "sender_profiles_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "domains" ADD CONSTRAINT "domains_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "templates" ADD CONSTRAINT "templates_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "templates" ADD CONSTRAINT "templates_sender_profile_id_fkey" FOREIGN KEY ("sender_profile_id") REFERENCES "sender_profiles"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "templates" ADD CONSTRAINT "templates_current_snapshot_id_fkey" FOREIGN KEY ("current_snapshot_id") REFERENCES "template_snapshots"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "template_snapshots" ADD CONSTRAINT "template_snapshots_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "profiles" ADD CONSTRAINT "profiles_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "subscription_groups" ADD CONSTRAINT "subscription_groups_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "subscriptions" ADD CONSTRAINT "subscriptions_group_id_fkey" FOREIGN KEY ("group_id") REFERENCES "subscription_groups"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "subscriptions" ADD CONSTRAINT "subscriptions_profile_id_fkey" FOREIGN KEY ("profile_id") REFERENCES "profiles"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "suppressions" ADD CONSTRAINT "suppressions_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
