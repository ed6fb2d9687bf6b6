-- Workers of before do not say it: what they have in hand counts as begun.
ALTER TABLE "send_attempts" ADD COLUMN "begun" BOOLEAN NOT NULL DEFAULT true;
