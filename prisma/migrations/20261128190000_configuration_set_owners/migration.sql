-- Who has a configuration set is looked for by its name, in either case.
CREATE INDEX "sender_profiles_configuration_set_idx" ON "sender_profiles"(lower("configuration_set")) WHERE ("configuration_set" IS NOT NULL);
