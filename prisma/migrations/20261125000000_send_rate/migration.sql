-- CreateTable
CREATE TABLE "send_rate" (
    "id" SMALLINT NOT NULL DEFAULT 1,
    "recipients_per_second" DOUBLE PRECISION NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "send_rate_pkey" PRIMARY KEY ("id")
);
