-- CreateIndex
CREATE INDEX "email_sends_failed_lately" ON "email_sends"("workspace_id", "simulated", "updated_at") WHERE (status = 'Failed');
