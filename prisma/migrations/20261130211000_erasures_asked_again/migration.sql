-- The version before does not set it, and ends an erasure that has it without running it once more.
-- AlterTable
ALTER TABLE "erasures" ADD COLUMN     "asked_again" BOOLEAN NOT NULL DEFAULT false;
