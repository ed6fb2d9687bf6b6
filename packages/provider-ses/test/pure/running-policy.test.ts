import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { runningPolicy } from '../../src/index.ts';

const source = fileURLToPath(new URL('../../src', import.meta.url));

/** What SES and SQS look at for a command where it is not the right of the same name. */
const rightsOf: Readonly<Record<string, readonly string[]>> = {
  'ses:SendEmail': ['ses:SendEmail', 'ses:SendRawEmail'],
  'sqs:DeleteMessageBatch': ['sqs:DeleteMessage'],
};

/** The commands of AWS that code imports to use them: `ses:GetAccount`. */
function commandsIn(text: string): string[] {
  const imports = [...text.matchAll(/import \{([^}]*)\} from '@aws-sdk\/client-(sesv2|sqs)'/g)];
  return imports.flatMap(([, names = '', client]) =>
    [...names.matchAll(/\b(\w+)Command\b/g)].map(([, name]) => `${client === 'sqs' ? 'sqs' : 'ses'}:${name}`),
  );
}

test('the running processes are given the right to each action of AWS that their code calls, and to no other', () => {
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter(
    (path) => path.endsWith('.ts') && !path.endsWith('.test.ts') && !path.startsWith('setup'),
  );
  const called = files.flatMap((path) => commandsIn(readFileSync(join(source, path), 'utf8')));
  const needed = new Set(called.flatMap((action) => rightsOf[action] ?? [action]));
  const policy = runningPolicy({
    account: '123456789012',
    partition: 'aws',
    region: 'eu-central-1',
    domain: 'example.com',
    name: 'postroom',
    mailFrom: null,
    attachTo: null,
  });
  const given = policy.Statement.flatMap(({ Action }) => Action);
  expect([...given].sort()).toEqual([...needed].sort());
});
