-- The version before leaves it at none, and never goes back for what it erased late.
-- AlterTable
ALTER TABLE "erasures" ADD COLUMN     "returns" SMALLINT NOT NULL DEFAULT 0;
