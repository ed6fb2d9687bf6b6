-- Whether another workspace has a sender at a domain is asked for each batch that comes from below a verified domain.
ALTER TABLE "sender_profiles" ADD COLUMN     "from_domain" TEXT GENERATED ALWAYS AS (split_part("from_key", '@', 2)) STORED;

-- CreateIndex
CREATE INDEX "sender_profiles_from_domain_idx" ON "sender_profiles"("from_domain");
