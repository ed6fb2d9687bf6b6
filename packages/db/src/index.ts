export { migrate, pendingMigrations, schemaAsSql } from './migrate.ts';
