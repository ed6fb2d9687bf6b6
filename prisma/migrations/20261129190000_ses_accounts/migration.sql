-- CreateTable
CREATE TABLE "ses_accounts" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "region" TEXT NOT NULL,
    "profile" TEXT,
    "endpoint" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ses_accounts_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "ses_accounts_name_key" ON "ses_accounts"("name");

-- AlterTable
ALTER TABLE "sender_profiles" ADD COLUMN "account_id" UUID;

-- AlterTable
ALTER TABLE "email_sends" ADD COLUMN "account_id" UUID;

-- AddForeignKey
ALTER TABLE "sender_profiles" ADD CONSTRAINT "sender_profiles_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "ses_accounts"("id") ON DELETE SET NULL ON UPDATE CASCADE;
