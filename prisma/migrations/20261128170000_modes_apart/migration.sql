-- DropIndex
DROP INDEX "email_sends_workspace_id_idempotency_key_key";

-- DropIndex
DROP INDEX "email_sends_workspace_id_status_id_idx";

-- AlterTable
ALTER TABLE "batches" ADD COLUMN     "simulated" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "send_facets" DROP CONSTRAINT "send_facets_pkey",
ADD COLUMN     "simulated" BOOLEAN NOT NULL DEFAULT false,
ADD CONSTRAINT "send_facets_pkey" PRIMARY KEY ("workspace_id", "simulated", "kind", "value", "send_id");

-- CreateIndex
CREATE UNIQUE INDEX "email_sends_workspace_id_simulated_idempotency_key_key" ON "email_sends"("workspace_id", "simulated", "idempotency_key");

-- CreateIndex
CREATE INDEX "email_sends_workspace_id_simulated_status_id_idx" ON "email_sends"("workspace_id", "simulated", "status", "id");

-- What test keys have made until now.
UPDATE "send_facets" f SET "simulated" = true FROM "email_sends" s WHERE s."id" = f."send_id" AND s."simulated";
UPDATE "batches" b SET "simulated" = true FROM "email_sends" s WHERE s."batch_id" = b."id" AND s."simulated";

-- Counts beyond 10,000 are the planner's estimates: it has to know which values go together.
DROP STATISTICS "send_facets_found_by";
CREATE STATISTICS "send_facets_found_by" (mcv) ON "workspace_id", "simulated", "kind", "value" FROM "send_facets";
