import { existsSync, readFileSync } from 'node:fs';
import { type AwsAccount, openAwsAccount } from '@postroom/provider-ses';
import { Problem, reasonOf } from '../problem.ts';
import { given } from '../stack/given.ts';
import type { Terminal } from '../terminal.ts';
import { unexpandedIn, valueInEnv } from './env-file.ts';

/** What a command about SES stands on. */
export type SesSurroundings = {
  readonly terminal: Terminal;
  readonly env: NodeJS.ProcessEnv;
  /** Absent: the usual AWS chain. */
  readonly credentials?: Parameters<typeof openAwsAccount>[0]['credentials'];
};

/** The text of the file of settings, empty where there is none. */
export function readEnvFile(path: string): string {
  try {
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  } catch (error) {
    throw new Problem(`${path} cannot be read: ${reasonOf(error)}`, { cause: error });
  }
}

/**
 * A setting as the processes would have it: of the environment, else of the file. Throws a `Problem` for one that Compose would
 * have filled in.
 */
export function settingOf(env: NodeJS.ProcessEnv, envText: string, name: string): string | undefined {
  const value = given(env, name) ?? valueInEnv(envText, name) ?? undefined;
  const unexpanded = value === undefined ? null : unexpandedIn(value);
  if (unexpanded !== null) throw new Problem(notExpanded(name, unexpanded));
  return value;
}

/** Where running processes record events: `none` is known, or the URL is written so that it cannot be used here. */
export type RecordsSetting =
  | { readonly kind: 'none' }
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'unusable'; readonly reason: string };

/** `DATABASE_URL` as above; without one that can be used events can be waited for all the same. */
export function recordsSettingOf(env: NodeJS.ProcessEnv, envText: string): RecordsSetting {
  const name = 'DATABASE_URL';
  const url = given(env, name) ?? valueInEnv(envText, name);
  if (url === null) return { kind: 'none' };
  const unexpanded = unexpandedIn(url);
  if (unexpanded === null) return { kind: 'url', url };
  return { kind: 'unusable', reason: notExpanded(name, unexpanded) };
}

const notExpanded = (name: string, part: string) =>
  `${name} has ${part} in it, which is not expanded here: Compose fills it in for its containers alone.`;

/** Opens an account in a region, at the endpoints that the environment names as the AWS SDK reads them. */
export async function withAccount<T>(
  { env, credentials }: SesSurroundings,
  region: string,
  use: (aws: AwsAccount) => Promise<T>,
): Promise<T> {
  const endpoints = Object.fromEntries(
    (['sesv2', 'sqs', 'sns', 'sts', 'iam'] as const).flatMap((service) => {
      const url = given(env, `AWS_ENDPOINT_URL_${service.toUpperCase()}`) ?? given(env, 'AWS_ENDPOINT_URL');
      return url === undefined ? [] : [[service, url]];
    }),
  );
  const aws = openAwsAccount({ region, endpoints, credentials });
  try {
    return await use(aws);
  } finally {
    aws.close();
  }
}
