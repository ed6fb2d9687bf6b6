import { linkTrackingOf } from '@postroom/core';
import { eventually } from '@postroom/testkit';
import { killPostgres } from '../inject/postgres.ts';
import type { Context } from '../nouns/context.ts';
import type { Scenario } from '../nouns/scenario.ts';

const target = 'https://shop.example.com/orders/1001';

/** How long clicks of an outage may take to be recorded once it is over, in milliseconds. */
const recordedWithinMs = 30_000;

/** Where two links of each of some sends would lead, had its mail been tracked. */
async function linksOf({ stack }: Context, count: number): Promise<readonly (readonly string[])[]> {
  const rows = await stack.database.rows<{ id: string; linkSecret: Uint8Array }>(
    `SELECT s.id, w.link_secret AS "linkSecret" FROM email_sends s JOIN workspaces w ON w.id = s.workspace_id
     WHERE s.status = 'Sent' ORDER BY s.id LIMIT ${count}`,
  );
  return rows.map((row) => {
    const tracked = {
      trackClicks: true,
      trackOpens: false,
      trackText: false,
      trackingHost: null,
      headers: [],
      attachments: [],
    };
    const places = { publicUrl: stack.apiUrl, unsubscribeUrl: null };
    const tracking = linkTrackingOf({ ...row, ...tracked }, places);
    return [0, 1].map((link) => tracking?.urlOf?.(target, link) ?? '');
  });
}

async function click(url: string): Promise<boolean> {
  const headers = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0' };
  const { status, headers: said } = await fetch(url, { redirect: 'manual', headers });
  return status === 302 && said.get('location') === target;
}

/** Clicks one link after the other for as long as the fault lasts, and answers how many did not lead on. */
async function clickDuring(links: readonly string[], fault: Promise<void>): Promise<number> {
  let isOver = false;
  const over = fault.finally(() => {
    isOver = true;
  });
  let refused = 0;
  for (let at = 0; !isOver || at < links.length; at += 1) {
    if (!(await click(links[at % links.length] ?? ''))) refused += 1;
  }
  await over;
  return refused;
}

const recorded = ({ stack }: Context): Promise<number> =>
  stack.database.count(
    `SELECT count(DISTINCT send_id) FROM email_events WHERE type = 'click' AND detail->>'linkNumber' = '0'`,
  );

/** The load is its own, because there has to be mail before its links are followed. */
export const clicks: Scenario = {
  name: 'clicks',
  about: 'links are followed while PostgreSQL is killed: each leads on, and is recorded once it is back',
  expects: { mailAgainWithinMs: 10_000, mayEventsBeLate: true },
  load: 'own',
  short: { sends: 120, kills: 1, seconds: 3 },
  long: { sends: 2_000, kills: 5, seconds: 20 },
  run: async (context) => {
    const { sends, seconds, kills } = context.size;
    await context.post({ sends, overMs: 1_000, label: 'load' });
    const sent = () => linksOf(context, sends);
    await eventually(async () => (await sent()).length >= sends / 2, {
      timeoutMs: 60_000,
      what: 'Mail with links',
    });
    const both = await sent();
    const links = both.map(([first = '']) => first);
    // The key of a workspace is known once one of its links was followed.
    for (const [, second = ''] of both) {
      await eventually(() => click(second), { what: 'The key of a link to be known' });
    }
    for (let done = 0; done < kills; done += 1) {
      const refused = await clickDuring(links, killPostgres(context, seconds * 1_000));
      if (refused > 0) context.fail(`${refused} links did not lead on while PostgreSQL was away`);
    }
    let seen = 0;
    const isRecorded = async () => {
      seen = await recorded(context).catch(() => seen);
      return context.signal.aborted || seen >= links.length;
    };
    const patience = { timeoutMs: recordedWithinMs, intervalMs: 200, what: 'Every click to be recorded' };
    await eventually(isRecorded, patience).catch(() =>
      context.fail(`of ${links.length} links that were followed, clicks of ${seen} were recorded`),
    );
    context.tell(
      `of ${links.length} links that were followed while PostgreSQL was away, ${seen} were recorded`,
    );
  },
};
