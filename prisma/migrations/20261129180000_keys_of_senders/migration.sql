-- AlterTable: the sender profiles that a key is limited to; null: it is not limited.
ALTER TABLE "api_keys" ADD COLUMN "sender_profile_ids" UUID[];
