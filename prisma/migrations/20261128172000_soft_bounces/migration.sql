-- AlterTable
ALTER TABLE "email_sends" ADD COLUMN     "bounce_is_soft" BOOLEAN;
