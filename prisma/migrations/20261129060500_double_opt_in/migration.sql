-- AlterTable
ALTER TABLE "email_sends" ADD COLUMN     "confirms_group_id" UUID;

-- AlterTable
ALTER TABLE "subscription_groups" ADD COLUMN     "confirmation_sender_profile_id" UUID,
ADD COLUMN     "confirmation_template_id" UUID;

-- AlterTable
ALTER TABLE "subscriptions" ADD COLUMN     "asked_at" TIMESTAMPTZ(3)[],
ADD COLUMN     "asks" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "pending" BOOLEAN NOT NULL DEFAULT false;
