-- CreateTable
CREATE TABLE "template_versions" (
    "template_id" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "snapshot_id" UUID NOT NULL,
    "source" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "template_versions_pkey" PRIMARY KEY ("template_id", "version")
);

-- What each template has now is its first version. Before what locks tables that mail is accepted by.
INSERT INTO "template_versions" ("template_id", "version", "snapshot_id", "source", "created_at")
SELECT "id", 1, "current_snapshot_id", "source", "updated_at" FROM "templates";

-- CreateIndex
CREATE INDEX "template_versions_snapshot_id_idx" ON "template_versions"("snapshot_id");

-- AlterTable
ALTER TABLE "templates" ADD COLUMN "version" INTEGER NOT NULL DEFAULT 1;

-- AddForeignKey
ALTER TABLE "template_versions" ADD CONSTRAINT "template_versions_template_id_fkey" FOREIGN KEY ("template_id") REFERENCES "templates"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "template_versions" ADD CONSTRAINT "template_versions_snapshot_id_fkey" FOREIGN KEY ("snapshot_id") REFERENCES "template_snapshots"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
