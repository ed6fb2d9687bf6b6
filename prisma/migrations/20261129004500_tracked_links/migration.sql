-- AlterTable
ALTER TABLE "email_sends" ADD COLUMN     "track_text" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "tracking_host" TEXT;

-- AlterTable
ALTER TABLE "sender_profiles" ADD COLUMN     "track_text" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "tracking_host" TEXT,
ADD COLUMN     "tracking_host_checked_at" TIMESTAMPTZ(3),
ADD COLUMN     "tracking_host_problem" TEXT;

-- CreateTable
CREATE TABLE "former_link_secrets" (
    "workspace_id" UUID NOT NULL,
    "secret" BYTEA NOT NULL,
    "retired_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "clicks_until" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "former_link_secrets_pkey" PRIMARY KEY ("workspace_id","secret")
);

-- AddForeignKey
ALTER TABLE "former_link_secrets" ADD CONSTRAINT "former_link_secrets_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
