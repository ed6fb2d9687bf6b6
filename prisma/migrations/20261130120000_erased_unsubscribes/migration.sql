-- CreateTable
CREATE TABLE "erased_unsubscribes" (
    "email_key" TEXT NOT NULL,
    "group_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "erased_unsubscribes_pkey" PRIMARY KEY ("email_key","group_id")
);

-- AddForeignKey
ALTER TABLE "erased_unsubscribes" ADD CONSTRAINT "erased_unsubscribes_group_id_fkey" FOREIGN KEY ("group_id") REFERENCES "subscription_groups"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
