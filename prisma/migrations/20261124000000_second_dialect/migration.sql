-- CreateEnum
CREATE TYPE "FacetKind" AS ENUM ('to', 'template', 'batch', 'tag');

-- AlterTable
ALTER TABLE "workspaces" ADD COLUMN "link_secret" BYTEA NOT NULL DEFAULT decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex');

-- CreateTable
CREATE TABLE "attachments" (
    "workspace_id" UUID NOT NULL,
    "content_hash" BYTEA NOT NULL,
    "content" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "attachments_pkey" PRIMARY KEY ("workspace_id","content_hash")
);

-- CreateTable
CREATE TABLE "send_facets" (
    "workspace_id" UUID NOT NULL,
    "kind" "FacetKind" NOT NULL,
    "value" TEXT NOT NULL,
    "send_id" UUID NOT NULL,

    CONSTRAINT "send_facets_pkey" PRIMARY KEY ("workspace_id","kind","value","send_id")
);

-- DropIndex
DROP INDEX "domains_workspace_id_domain_key";

-- CreateIndex
CREATE UNIQUE INDEX "domains_domain_key" ON "domains"("domain");

-- CreateIndex
CREATE INDEX "domains_workspace_id_id_idx" ON "domains"("workspace_id", "id");

-- CreateIndex
CREATE INDEX "email_sends_workspace_id_status_id_idx" ON "email_sends"("workspace_id", "status", "id");

-- AddForeignKey
ALTER TABLE "attachments" ADD CONSTRAINT "attachments_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- Sends of before can be found as well.
INSERT INTO "send_facets" ("workspace_id", "kind", "value", "send_id")
SELECT "workspace_id", 'to'::"FacetKind", "to_key", "id" FROM "email_sends"
UNION ALL SELECT "workspace_id", 'template'::"FacetKind", "template_id"::text, "id" FROM "email_sends" WHERE "template_id" IS NOT NULL
UNION ALL SELECT "workspace_id", 'batch'::"FacetKind", "batch_id"::text, "id" FROM "email_sends" WHERE "batch_id" IS NOT NULL;

-- Counts beyond 10,000 are the planner's estimates: it has to know which values go together.
CREATE STATISTICS "send_facets_found_by" (mcv) ON "workspace_id", "kind", "value" FROM "send_facets";
