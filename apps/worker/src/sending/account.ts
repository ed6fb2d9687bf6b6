import type { SesAccount } from '@postroom/db';
import type { WorkerConfig } from '../base.ts';

/** An account that mail is sent through; `id` and `name` null: the one of the environment. */
export type SendingAccount = Omit<SesAccount, 'id' | 'name' | 'endpoint'> & {
  readonly id: string | null;
  readonly name: string | null;
  readonly endpoint: string | undefined;
};

/** The account that the environment names. */
export const ownAccount = (config: WorkerConfig): SendingAccount => ({
  id: null,
  name: null,
  region: config.AWS_REGION,
  profile: null,
  endpoint: config.AWS_ENDPOINT_URL_SESV2,
});
