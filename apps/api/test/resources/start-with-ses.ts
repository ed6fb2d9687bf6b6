import { type FakeSes, startFakeSes } from '@postroom/servers';
import { type Answer, startApi, type TestApi, type TestWorkspace } from '../start-api.ts';

/** The API with a fake SES in which identities are verified by hand. */
export type ApiWithSes = {
  readonly api: TestApi;
  readonly ses: FakeSes;
  /** Makes an identity at SES behind the API's back, as its console does, and verifies it. */
  verifyAtSes(identity: string): void;
  /** How often SES was asked to create an identity, however that ended. */
  creationsAtSes(): number;
  stop(): Promise<void>;
};

/** Starts both; nobody waits for a turn at SES unless the rate is given. */
export async function startWithSes(verification: 'ses' | 'trust', rate = '100'): Promise<ApiWithSes> {
  process.env.AWS_ACCESS_KEY_ID = 'test';
  process.env.AWS_SECRET_ACCESS_KEY = 'test';
  const ses = await startFakeSes({ verifyIdentitiesAfterMs: null });
  const api = await startApi({
    env: { SENDER_VERIFICATION: verification, AWS_ENDPOINT_URL_SESV2: ses.url, SES_IDENTITY_RATE: rate },
  });
  return {
    api,
    ses,
    verifyAtSes: (identity) => {
      ses.identities.create({ EmailIdentity: identity });
      if (!ses.identities.verify(identity)) throw new Error(`SES does not know ${identity}`);
    },
    creationsAtSes: () =>
      Object.values(ses.outcomes().CreateEmailIdentity ?? {}).reduce((sum, count) => sum + count, 0),
    stop: async () => {
      await api.close();
      await ses.stop();
    },
  };
}

/** Calls a route of `/api/v1` with a workspace's key. */
export const callAs = (
  api: TestApi,
  { key }: Pick<TestWorkspace, 'key'>,
  [method, path, body]: readonly [method: string, path: string, body?: unknown],
): Promise<Answer> => api.call(`/api/v1${path}`, { method, body, headers: { 'x-api-key': key } });
