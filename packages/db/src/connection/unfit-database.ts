/**
 * Raised when a database answers but cannot be used as it is set up, or when `DATABASE_URL` cannot be used as it is
 * written. The message names the setting and says what to do; it never holds the password.
 */
export class UnfitDatabaseError extends Error {
  override readonly name = 'UnfitDatabaseError';
}

/** How tables are made or brought up to date, in words that can be typed in a checkout or in the image. */
export const howToMigrate = 'Run: npm run db:migrate (in the image: node apps/cli/dist/main.js migrate)';
