-- The version before leaves it as it is, and looks at all suppressions of a workspace at once.
-- AlterTable
ALTER TABLE "erasures" ADD COLUMN     "cursor_key" TEXT;
