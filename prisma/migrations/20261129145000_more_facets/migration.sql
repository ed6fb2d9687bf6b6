-- Sends are found by their sender profile, and by the names of tags that are pairs. What is written by these values comes in
-- another migration: PostgreSQL lets nobody use a new one in the transaction that added it.
ALTER TYPE "FacetKind" ADD VALUE 'sender';
ALTER TYPE "FacetKind" ADD VALUE 'tag_name';
