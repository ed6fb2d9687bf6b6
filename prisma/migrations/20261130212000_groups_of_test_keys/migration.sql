-- The version before makes them as if a live key did. Of what is there nobody knows which key made it: it stays as it is.
-- AlterTable
ALTER TABLE "subscription_groups" ADD COLUMN     "simulated" BOOLEAN NOT NULL DEFAULT false;
