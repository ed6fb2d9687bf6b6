-- Null for all there are, so that no row is written.
ALTER TABLE "email_sends" ADD COLUMN "content_removed_at" TIMESTAMPTZ(3);

-- One moment for all there are, so that no row is written: each of them counts as wanted just now.
ALTER TABLE "template_snapshots" ADD COLUMN "wanted_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP;

-- CreateTable
CREATE TABLE "retention_walks" (
    "kind" TEXT NOT NULL,
    "cursor" TEXT,
    "kept_after" TEXT,
    "kept_since" TIMESTAMPTZ(3),
    "has_kept" BOOLEAN NOT NULL DEFAULT false,
    "reached" TIMESTAMPTZ(3),
    "began_at" TIMESTAMPTZ(3),
    "not_before" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "retention_walks_pkey" PRIMARY KEY ("kind")
);
