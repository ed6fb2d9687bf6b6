-- Whether another workspace has a sender at a domain is asked for each batch that comes from below a verified domain.
CREATE INDEX "sender_profiles_verified_domain" ON "sender_profiles" (split_part("from_key", '@', 2)) WHERE "verified_at" IS NOT NULL;
