import { writeFile } from 'node:fs/promises';
import { sayReady } from '@postroom/process';
import { snsTestCertificatePem, startFakeSes } from '@postroom/servers';
import { readArguments, readWholeNumber } from '../arguments.ts';
import { Problem, reasonOf, UsageProblem } from '../problem.ts';
import { localTopicArn } from '../stack/local-topic.ts';
import { aborted, listenForStop } from '../stack/stop-request.ts';
import type { Terminal } from '../terminal.ts';

const options = {
  port: { type: 'string' },
  host: { type: 'string', default: '127.0.0.1' },
  'send-rate': { type: 'string' },
  'events-url': { type: 'string' },
  'certificate-file': { type: 'string' },
} as const;

/** `postroom local-ses`: an SES for development, with an inbox, until it is stopped. */
export async function localSes(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values } = readArguments({ args: [...args], options });
  const eventsUrl = values['events-url'];
  if (eventsUrl !== undefined && !URL.canParse(eventsUrl)) {
    throw new UsageProblem(`--events-url takes a URL, not "${eventsUrl}".`);
  }
  const port = readWholeNumber(values.port, { name: '--port', min: 1, max: 65_535, fallback: 8_025 });
  const rateBounds = { name: '--send-rate', min: 1, max: 100_000, fallback: 200 };
  const maxSendRate = readWholeNumber(values['send-rate'], rateBounds);
  const certificateFile = values['certificate-file'];
  if (certificateFile !== undefined) {
    await writeFile(certificateFile, snsTestCertificatePem).catch((error: unknown) => {
      throw new Problem(`--certificate-file ${certificateFile} cannot be written: ${reasonOf(error)}`);
    });
  }
  const stop = listenForStop();
  const ses = await startFakeSes({
    port,
    host: values.host,
    account: { maxSendRate, max24HourSend: -1 },
    ...(eventsUrl === undefined ? {} : { events: { url: eventsUrl, topicArn: localTopicArn } }),
  }).catch((error: unknown) => {
    throw new Problem(`The local SES cannot listen on ${values.host}:${port}: ${reasonOf(error)}`);
  });
  terminal.line(`Local SES at ${ses.url} (AWS_ENDPOINT_URL_SESV2), inbox at ${ses.inboxUrl}`);
  sayReady();
  await aborted(stop.signal);
  await ses.stop();
  return 0;
}
