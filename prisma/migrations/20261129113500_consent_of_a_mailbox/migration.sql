-- AlterTable
ALTER TABLE "sender_profiles" ADD COLUMN     "tracking_host_name" TEXT GENERATED ALWAYS AS (split_part("tracking_host", ':', 2)) STORED;

-- AlterTable
ALTER TABLE "subscriptions" ADD COLUMN     "confirmed_by" TEXT;

-- CreateIndex
CREATE INDEX "sender_profiles_tracking_host_name_idx" ON "sender_profiles"("tracking_host_name") WHERE (tracking_host_checked_at IS NOT NULL);

-- Who was asked and is subscribed has confirmed, by the mailbox that their profile has: nothing tells of one that it had before.
UPDATE "subscriptions" x SET "confirmed_by" = (
  SELECT 'erased:' || encode(sha256(w."hiding_secret" || sha256(w."hiding_secret" || convert_to(p."email_key", 'UTF8'))), 'hex')
  FROM "profiles" p JOIN "workspaces" w ON w."id" = p."workspace_id" WHERE p."id" = x."profile_id")
WHERE x."subscribed" AND x."asks" > 0;
