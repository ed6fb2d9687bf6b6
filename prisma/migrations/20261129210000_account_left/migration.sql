-- AlterTable
ALTER TABLE "ses_accounts" ADD COLUMN "left_at" TIMESTAMPTZ(3);
