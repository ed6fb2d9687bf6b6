-- The version before does not set it, and stops what it does not know ten minutes after it was asked for.
-- AlterTable
ALTER TABLE "bulk_actions" ADD COLUMN     "left_since" TIMESTAMPTZ(3);
