-- What waits is looked after by reads, from place to place in the order of its moments; what is scheduled is queued when
-- its time has come, and must not be looked for among what waits.

-- DropIndex
DROP INDEX "email_sends_sweep_waiting";

-- CreateIndex
CREATE INDEX "email_sends_sweep_scheduled" ON "email_sends"("sweep_at") WHERE (status = 'Scheduled');

-- CreateIndex
CREATE INDEX "email_sends_sweep_queued" ON "email_sends"("sweep_at", "id") WHERE (status = 'Queued');
