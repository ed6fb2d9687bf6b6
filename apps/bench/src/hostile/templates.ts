import { type Attack, hundredItems, makeTemplate, postBytes, type Target } from './attack.ts';

const numbers = Array.from({ length: 1_000 }, (_, at) => at);

const manyNames: Attack = {
  name: 'names of names',
  about: 'a template of 490 KB with 2,400 names inside of one of 470,000 characters',
  round: (target) => {
    const names = Array.from({ length: 2_400 }, (_, at) => `{{v${at}}}`).join('');
    return makeTemplate(target, `{{#with [${'a'.repeat(470_000)}]}}${names}{{/with}}`);
  },
};

const escaping: Attack = {
  name: 'escaping',
  about: 'a hundred sends whose 120 places each hold 30,000 characters that have to be escaped',
  prepare: (target) => makeTemplate(target, '{{a}}'.repeat(120)),
  round: async (target, templateIds) => {
    await target.client.post('/emails/batch', hundredItems(target, templateIds, { a: '&'.repeat(30_000) }));
  },
};

/** Templates that would run for hours, no two of them alike. */
async function makeRunaways(target: Target): Promise<readonly string[]> {
  const ids = [];
  for (let at = 0; at < 100; at += 1) {
    const loops = `{{#each a}}{{#each ../b}}{{#each ../../c}}{{#each ../../../d}}.{{/each}}{{/each}}{{/each}}{{/each}}`;
    ids.push(...(await makeTemplate(target, `${at}${loops}`)));
  }
  return ids;
}

const lists = { a: numbers, b: numbers, c: numbers, d: numbers };

const runaways: Attack = {
  name: 'runaways',
  about: 'sends of a hundred different templates that would run for hours',
  prepare: makeRunaways,
  round: async (target, templateIds) => {
    if (templateIds.length > 0)
      await target.client.post('/emails/batch', hundredItems(target, templateIds, lists));
  },
};

const previews: Attack = {
  name: 'runaway previews',
  about: '60 previews of such templates at once',
  prepare: makeRunaways,
  round: (target, templateIds) =>
    Promise.all(
      templateIds.slice(0, 60).map((id) => target.client.post(`/templates/${id}/preview`, { data: lists })),
    ),
};

const dryRun: Attack = {
  name: 'a large dry run',
  about: 'a hundred items of 11 KB that would be rendered as 10 MB each',
  prepare: (target) => makeTemplate(target, '{{#each list}}{{../big}}{{/each}}'),
  round: async (target, templateIds) => {
    const data = { list: numbers, big: 'b'.repeat(10_000) };
    await postBytes(
      target,
      '/emails/batch?dryRun=true',
      JSON.stringify(hundredItems(target, templateIds, data)),
    );
  },
};

const largePages: Attack = {
  name: 'large pages',
  about: 'eight pages at once of a hundred templates of 480 KB',
  prepare: async (target) => {
    for (let at = 0; at < 100; at += 1) await makeTemplate(target, `<p>${'x'.repeat(480_000)}</p>`);
    return [];
  },
  round: (target) => Promise.all(Array.from({ length: 8 }, () => target.client.get('/templates?limit=100'))),
};

const refusedSender: Attack = {
  name: 'a refused sender',
  about: 'a hundred sends of a sender that IAM refuses, while SES takes those of all others',
  prepare: async (target) => {
    const message =
      'User: arn:aws:sts::123456789012:assumed-role/postroom/i-1 is not authorized to perform: ses:SendEmail on resource: arn:aws:ses:us-east-1:123456789012:identity/hostile.example';
    const fault = { kind: 'errorBeforeAccepting', status: 403, code: 'AccessDeniedException', message };
    await fetch(`${target.sesUrl}/_fake/faults`, {
      method: 'PUT',
      body: JSON.stringify({ faults: [{ ...fault, match: { from: 'hostile.example' } }] }),
    });
    return makeTemplate(target, '<p>Hello</p>');
  },
  round: async (target, templateIds) => {
    await target.client.post('/emails/batch', hundredItems(target, templateIds, {}));
  },
};

/** What templates can do when they are saved, previewed and sent. */
export const templateAttacks: readonly Attack[] = [
  manyNames,
  escaping,
  runaways,
  previews,
  dryRun,
  largePages,
  refusedSender,
];
