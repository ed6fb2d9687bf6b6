-- CreateEnum
CREATE TYPE "ErasureStage" AS ENUM ('waiting', 'sends', 'in_hand', 'people', 'mentions', 'bodies', 'uses', 'contents', 'done');

-- CreateEnum
CREATE TYPE "ErasedContentKind" AS ENUM ('body', 'file');

-- AlterTable
ALTER TABLE "attachments" ADD COLUMN     "wanted_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP;

-- AlterTable
ALTER TABLE "email_sends" ADD COLUMN     "erased_at" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "erasures" (
    "id" UUID NOT NULL,
    "workspace_id" UUID NOT NULL,
    "email_key" TEXT,
    "profile_ids" UUID[],
    "stage" "ErasureStage" NOT NULL DEFAULT 'waiting',
    "cursor" UUID,
    "in_hand" UUID[],
    "uses_since" TIMESTAMPTZ(3),
    "counts" JSONB NOT NULL DEFAULT '{}',
    "not_before" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "erasures_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "erased_contents" (
    "erasure_id" UUID NOT NULL,
    "kind" "ErasedContentKind" NOT NULL,
    "value" TEXT NOT NULL,

    CONSTRAINT "erased_contents_pkey" PRIMARY KEY ("erasure_id","kind","value")
);

-- CreateIndex
CREATE INDEX "erasures_under_way" ON "erasures"("not_before") WHERE (stage <> 'done');

-- CreateIndex
CREATE UNIQUE INDEX "erasures_workspace_id_email_key_key" ON "erasures"("workspace_id", "email_key");

-- AddForeignKey
ALTER TABLE "erasures" ADD CONSTRAINT "erasures_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "erased_contents" ADD CONSTRAINT "erased_contents_erasure_id_fkey" FOREIGN KEY ("erasure_id") REFERENCES "erasures"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
