import { defineConfig } from 'prisma/config';

// For those who have the Prisma CLI and its engine at hand; Postroom itself migrates with `npm run db:migrate`.
export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  datasource: { url: process.env.DATABASE_URL ?? '' },
});
