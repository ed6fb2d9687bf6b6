import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

type Value = string | Readonly<Record<string, unknown>> | readonly unknown[];

/** One call of AWS's command line: `create-topic` of `sns`, and its options by the names of the API's fields. */
export type AwsCall = {
  readonly service: string;
  readonly operation: string;
  readonly fields: Readonly<Record<string, Value>>;
};

const signedFor = (service: string) => ({
  authorization: `AWS4-HMAC-SHA256 Credential=AKIATEST/20261129/us-east-1/${service}/aws4_request, Signature=0`,
});
const pascal = (name: string) =>
  name.replace(/(?:^|-)([a-z])/g, (_whole, letter: string) => letter.toUpperCase());

/** Where SES v2 has each operation; `*` is the part that the address names. */
const sesPaths: Readonly<Record<string, readonly [method: string, path: string, named: string]>> = {
  'send-email': ['POST', 'outbound-emails', ''],
  'create-email-identity': ['POST', 'identities', ''],
  'put-email-identity-mail-from-attributes': ['PUT', 'identities/*/mail-from', 'EmailIdentity'],
  'create-configuration-set': ['POST', 'configuration-sets', ''],
  'create-configuration-set-event-destination': [
    'POST',
    'configuration-sets/*/event-destinations',
    'ConfigurationSetName',
  ],
};

/** The calls that a shell makes of a script in which `aws` stands for AWS's command line. */
export function awsCallsOf(script: string): AwsCall[] {
  const dir = mkdtempSync(join(tmpdir(), 'postroom-aws-'));
  try {
    const record = join(dir, 'record');
    const stub = `#!${process.execPath}
require('node:fs').appendFileSync(process.env.RECORD, JSON.stringify(process.argv.slice(2)) + '\\n');
`;
    writeFileSync(join(dir, 'aws'), stub, { mode: 0o755 });
    const { status, stderr } = spawnSync('/bin/bash', ['--norc', '-euo', 'pipefail', '-c', script], {
      env: { PATH: dir, RECORD: record },
    });
    if (status !== 0) throw new Error(`The commands do not run: ${stderr}`);
    return readFileSync(record, 'utf8')
      .trim()
      .split('\n')
      .map((line) => callOf(JSON.parse(line)));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function callOf([service = '', operation = '', ...words]: readonly string[]): AwsCall {
  const fields: Record<string, Value> = {};
  for (let at = 0; at < words.length; at += 2) {
    const name = (words[at] ?? '').replace(/^--/, '').replace('notification-endpoint', 'endpoint');
    const text = words[at + 1] ?? '';
    if (name !== 'region')
      fields[pascal(name)] = text.startsWith('{') && name !== 'attribute-value' ? JSON.parse(text) : text;
  }
  return { service, operation, fields };
}

/** Makes a call as AWS's command line does, at these endpoints; rejects when it is refused. */
export async function callAws(url: string, { service, operation, fields }: AwsCall): Promise<void> {
  const answer = await fetch(...requestOf(url, { service, operation, fields }));
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${service} ${operation}: ${answer.status} ${text}`);
}

function requestOf(url: string, { service, operation, fields }: AwsCall): [string, RequestInit] {
  if (service === 'sqs') {
    const headers = {
      'x-amz-target': `AmazonSQS.${pascal(operation)}`,
      'content-type': 'application/x-amz-json-1.0',
    };
    return [url, { method: 'POST', headers, body: JSON.stringify(fields) }];
  }
  if (service === 'sns') {
    const body = new URLSearchParams({ Action: pascal(operation) });
    for (const [name, value] of Object.entries(fields)) {
      if (typeof value === 'string') body.set(name, value);
      else
        for (const [at, [key, one]] of Object.entries(value).entries()) {
          body.set(`${name}.entry.${at + 1}.key`, key);
          body.set(`${name}.entry.${at + 1}.value`, String(one));
        }
    }
    return [url, { method: 'POST', headers: signedFor('sns'), body }];
  }
  const [method = '', path = '', named = ''] = sesPaths[operation] ?? [];
  const address = `${url}/v2/email/${path.replace('*', String(fields[named]))}`;
  return [address, { method, headers: signedFor('ses'), body: JSON.stringify(fields) }];
}
