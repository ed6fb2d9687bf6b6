-- The version before knows `previous_secret` alone, and goes on with it: here are those that it replaced.
-- AlterTable
ALTER TABLE "webhook_endpoints" ADD COLUMN "earlier_secrets" JSONB NOT NULL DEFAULT '[]';
