export { ensureDefaultWorkspace, findCaller, storeApiKey } from './api-key-store.ts';
export { type Database, openDatabase } from './database.ts';
export { isDatabaseUnavailable, isUniqueViolation } from './database-error.ts';
export type { PrismaClient } from './generated/client.ts';
export { migrate, pendingMigrations, schemaAsSql } from './migrate.ts';
