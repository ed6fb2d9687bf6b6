-- The MJML that the html of a template was compiled from.
ALTER TABLE "templates" ADD COLUMN "source" TEXT;
