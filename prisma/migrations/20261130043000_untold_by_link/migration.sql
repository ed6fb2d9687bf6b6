-- What a link has changed and nobody was told of, by what it is about: of each there is one. Prisma's schema has no word for
-- an index of expressions. On a large table it is made without blocking writes before this (docs/operating.md, Upgrading).
-- CreateIndex
CREATE INDEX IF NOT EXISTS "webhook_notices_untold" ON "webhook_notices"("endpoint_id", (facts ->> 'groupId'), (facts ->> 'profileId')) WHERE (state = 'pending' AND attempts = 0 AND type = 'subscription.changed' AND facts ->> 'by' = 'link');
