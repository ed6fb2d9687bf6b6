-- Lists of what became of mail. Partial: what waits is in none of it, and nobody else compares `delivery` so.
-- CreateIndex
CREATE INDEX "email_sends_workspace_id_simulated_delivery_id_idx" ON "email_sends"("workspace_id", "simulated", "delivery", "id") WHERE (delivery IS NOT NULL);

-- CreateIndex
CREATE INDEX "email_sends_provider_message_id_idx" ON "email_sends"("provider_message_id") WHERE (provider_message_id IS NOT NULL);

-- What was accepted before is found by the same.
INSERT INTO "send_facets" ("workspace_id", "simulated", "kind", "value", "send_id")
SELECT "workspace_id", "simulated", 'sender', "sender_profile_id"::text, "id"
FROM "email_sends" WHERE "sender_profile_id" IS NOT NULL AND "to_key" <> 'erased'
UNION ALL
SELECT DISTINCT s."workspace_id", s."simulated", 'tag_name'::"FacetKind", split_part(t, ':', 1), s."id"
FROM "email_sends" s CROSS JOIN LATERAL unnest(s."tags") AS t WHERE position(':' IN t) > 1
ON CONFLICT DO NOTHING;
