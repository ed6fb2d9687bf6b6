-- Browsers that are signed in to the dashboard. Of their tokens only the hashes are kept.
CREATE TABLE "dashboard_sessions" (
    "hash" BYTEA NOT NULL,
    "api_key_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "dashboard_sessions_pkey" PRIMARY KEY ("hash")
);

CREATE INDEX "dashboard_sessions_api_key_id_created_at_idx" ON "dashboard_sessions"("api_key_id", "created_at");

CREATE INDEX "dashboard_sessions_expires_at_idx" ON "dashboard_sessions"("expires_at");

ALTER TABLE "dashboard_sessions" ADD CONSTRAINT "dashboard_sessions_api_key_id_fkey"
    FOREIGN KEY ("api_key_id") REFERENCES "api_keys"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
