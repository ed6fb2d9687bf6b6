-- Where the sends of a batch began, for whoever traces them.
ALTER TABLE batches ADD COLUMN traceparent text;
