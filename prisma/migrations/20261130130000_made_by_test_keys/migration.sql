-- The version before makes them as if a live key did. Of what is there nobody knows which key made it: it stays as it is.
-- AlterTable
ALTER TABLE "profiles" ADD COLUMN     "simulated" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "sender_profiles" ADD COLUMN     "simulated" BOOLEAN NOT NULL DEFAULT false;
