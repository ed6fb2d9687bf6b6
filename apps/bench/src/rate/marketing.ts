import { idOf } from '@postroom/testkit';
import { countAccepted } from '../load/count-accepted.ts';
import { batchSize } from '../load/mailbag.ts';
import { batchesOf, postBodies } from '../load/post-bodies.ts';
import type { Bench } from '../stack/start-bench.ts';

/** Posts marketing mail of one template and group, so many at once, to so many recipients each. */
export type Marketing = { post(mails: number, recipients: number): Promise<void> };

/** Makes the group; no key and no address comes twice. */
export async function openMarketing(bench: Bench, templateId: string): Promise<Marketing> {
  const subscriptionGroupId = idOf(
    await bench.client.post('/subscription-groups', { name: 'News', type: 'OptOut' }),
  );
  let made = 0;
  const item = (recipients: number) => {
    made += 1;
    const copies = Array.from({ length: recipients - 1 }, (_, nth) => `copy-${made}-${nth}@example.com`);
    return {
      idempotencyKey: `news-${made}`,
      templateId,
      subscriptionGroupId,
      to: { email: `news-${made}@example.com` },
      ...(copies.length === 0 ? {} : { cc: copies.join(', ') }),
      data: { name: `N${made}` },
    };
  };
  return {
    post: async (mails, recipients) => {
      const bodies = Array.from({ length: Math.ceil(mails / batchSize) }, () =>
        Buffer.from(JSON.stringify({ items: Array.from({ length: batchSize }, () => item(recipients)) })),
      );
      countAccepted(await postBodies(bodies, { ...batchesOf(bench), atOnce: 5 }));
    },
  };
}
