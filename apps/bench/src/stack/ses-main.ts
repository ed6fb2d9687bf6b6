import { startFakeSes } from '@postroom/servers';
import { sayHello, serveAsks } from '../process/serve-asks.ts';

// The fake SES in a process of its own, so that its work is nobody else's CPU time.
const ses = await startFakeSes({ account: { max24HourSend: -1, maxSendRate: 1_000_000 }, maxMessages: 100 });
serveAsks({
  url: () => ses.url,
  summary: () => ses.ledger.summary(),
});
sayHello();
