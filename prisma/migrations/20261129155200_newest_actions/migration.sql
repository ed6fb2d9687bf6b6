-- CreateIndex
CREATE INDEX "bulk_actions_workspace_id_simulated_id_idx" ON "bulk_actions"("workspace_id", "simulated", "id") WHERE (id IS NOT NULL);
