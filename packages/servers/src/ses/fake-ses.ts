import { setMaxListeners } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createFakeAws, type FakeAws } from '../aws/fake-aws.ts';
import { close, listen } from '../listening.ts';
import { createAccount, type SesAccount } from './account.ts';
import { type Arrivals, createArrivals } from './arrivals.ts';
import { createConfigurationSets, type SesConfigurationSets } from './configuration-sets.ts';
import { controlRoutes } from './control-routes.ts';
import { createEventPublisher, type EventPublisher } from './events/event-publisher.ts';
import type { FakeSes, FakeSesOptions, FakeSesRoute } from './fake-ses-handle.ts';
import { createFaultDice, type FaultDice } from './fault-plan.ts';
import { sendJson } from './http-io.ts';
import { createIdentities, type SesIdentities } from './identities.ts';
import { inboxRoutes } from './inbox/inbox-routes.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { createRights, type SesRights } from './rights.ts';
import { handleSesCall, routeSesCall, type SesApiDeps } from './ses-api.ts';
import { createSuppressionList, type SesSuppressionList } from './suppression-list.ts';
import { createTurns } from './turns.ts';

/** Starts a fake SES; rejects when the port is taken or an option is wrong. */
export async function startFakeSes(options: FakeSesOptions = {}): Promise<FakeSes> {
  const fake = new FakeSesServer(options);
  await fake.comeUp();
  return fake;
}

/** Down (nothing listens, connections were broken), up, or stopped for good. */
class FakeSesServer implements FakeSes {
  readonly account: SesAccount;
  readonly identities: SesIdentities;
  readonly rights: SesRights;
  readonly suppressionList: SesSuppressionList = createSuppressionList();
  readonly faults: FaultDice;
  readonly ledger: Ledger;
  readonly events: EventPublisher | null;
  readonly aws: FakeAws;
  readonly #sets: SesConfigurationSets;
  readonly #arrivals: Arrivals = createArrivals();
  readonly #turn = createTurns();
  readonly #server = createServer({ keepAliveTimeout: 60_000, requestTimeout: 0 });
  readonly #stopping = new AbortController();
  readonly #host: string;
  #port: number;
  #outcomes: Record<string, Record<string, number>> = {};
  #comeUpTimer: NodeJS.Timeout | undefined;

  constructor(options: FakeSesOptions) {
    // Every call that takes its time listens to it.
    setMaxListeners(0, this.#stopping.signal);
    const { maxMessages = 10_000, ledgerFile = null, verifyIdentitiesAfterMs = 0 } = options;
    this.#host = options.host ?? '127.0.0.1';
    this.#port = options.port ?? 0;
    this.account = createAccount(options.account);
    this.identities = createIdentities(verifyIdentitiesAfterMs);
    this.rights = createRights(this.identities);
    this.faults = createFaultDice(options.faults);
    this.ledger = createLedger({ maxMessages, maxMessageBytes: 256 * 1024 * 1024, ledgerFile });
    this.events = options.events === undefined ? null : createEventPublisher(options.events);
    this.aws = createFakeAws({
      rights: this.rights,
      onOutcome: (operation, outcome) => this.#countOutcome(operation, outcome),
      stopping: this.#stopping.signal,
    });
    this.#sets = createConfigurationSets(this.aws.topics);
    this.#listenToRequests();
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `http://${this.#host}:${this.#port}`;
  }

  get inboxUrl(): string {
    return `${this.url}/`;
  }

  arrivals() {
    return this.#arrivals.list();
  }

  outcomes() {
    // A copy: who counts what came in between compares two of them.
    return structuredClone(this.#outcomes);
  }

  reset(): void {
    this.ledger.clear();
    this.#arrivals.clear();
    this.faults.clear();
    this.identities.reset();
    this.account.reset();
    this.rights.set(null);
    this.suppressionList.reset();
    this.#sets.reset();
    this.aws.reset();
    this.#outcomes = {};
  }

  async goDown(forMs?: number): Promise<void> {
    clearTimeout(this.#comeUpTimer);
    await close(this.#server);
    if (forMs !== undefined) this.#comeUpTimer = setTimeout(() => void this.comeUp(), forMs);
  }

  async comeUp(): Promise<void> {
    clearTimeout(this.#comeUpTimer);
    if (this.#server.listening) return;
    this.#port = await listen(this.#server, { host: this.#host, port: this.#port });
  }

  async stop(): Promise<void> {
    clearTimeout(this.#comeUpTimer);
    this.#stopping.abort();
    await Promise.all([close(this.#server), this.events?.stop()]);
    this.ledger.close();
  }

  #listenToRequests(): void {
    const deps: SesApiDeps = {
      account: this.account,
      identities: this.identities,
      rights: this.rights,
      suppressionList: this.suppressionList,
      sets: this.#sets,
      topics: this.aws.topics,
      ledger: this.ledger,
      arrivals: this.#arrivals,
      dice: this.faults,
      publisher: this.events,
      turn: this.#turn,
      onOutcome: (operation, outcome) => this.#countOutcome(operation, outcome),
      stopping: this.#stopping.signal,
    };
    const routes = [this.aws.route, inboxRoutes(this.ledger), controlRoutes(this)];
    this.#server.on('request', (request, response) => {
      answer({ request, response, deps, routes }).catch((error: unknown) => {
        // A caller who went away is part of the game; anything else must not look like an answer of SES.
        if (response.headersSent || response.destroyed || request.destroyed) response.destroy();
        else sendJson(response, 599, { message: `The fake SES failed: ${String(error)}` });
      });
    });
  }

  #countOutcome(operation: string, outcome: string): void {
    const counts = this.#outcomes[operation] ?? {};
    this.#outcomes[operation] = counts;
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
}

type Asked = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly deps: SesApiDeps;
  readonly routes: readonly FakeSesRoute[];
};

async function answer({ request, response, deps, routes }: Asked): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://fake-ses');
  const call = routeSesCall(request.method ?? '', url.pathname);
  if (call !== null) return handleSesCall(deps, call, { request, response });
  for (const route of routes) if (await route(request, response, url)) return;
  sendJson(response, 404, { message: `The fake SES does not know ${request.method} ${url.pathname}.` });
}
