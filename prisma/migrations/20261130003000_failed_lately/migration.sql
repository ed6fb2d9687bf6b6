-- On a large table it is made without blocking writes before this (docs/operating.md, Upgrading).
-- CreateIndex
CREATE INDEX IF NOT EXISTS "email_sends_failed_lately" ON "email_sends"("workspace_id", "simulated", "updated_at") WHERE (status = 'Failed');
