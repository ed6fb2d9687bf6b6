import { createServer, type Server, Socket } from 'node:net';
import { close, listen } from '@postroom/servers';

/** Where the proxy sends what it gets: a port of 127.0.0.1 unless a host is named. */
export type TcpProxyOptions = {
  readonly target: { readonly port: number; readonly host?: string };
};

type Conditions = { isPaused: boolean; latencyMs: number; bytesLeft: number | null };

/** Starts a proxy in front of `target`. */
export async function startTcpProxy({ target }: TcpProxyOptions): Promise<TcpProxy> {
  const proxy = new TcpProxy(target);
  await proxy.listen();
  return proxy;
}

/**
 * A TCP proxy on 127.0.0.1 that brings about network faults.
 *
 * It is open (bytes pass), paused (a black hole: connections are accepted and stay, no byte passes
 * in either direction, nothing is reset) or refusing (nothing listens). `resume` opens it again from
 * both; bytes that were held in a pause then pass, but on connections that were stranded.
 */
export class TcpProxy {
  readonly #conditions: Conditions = { isPaused: false, latencyMs: 0, bytesLeft: null };
  readonly #sockets = new Set<Socket>();
  readonly #pipes = new Set<Pipe>();
  readonly #server: Server;
  #port = 0;

  constructor(target: TcpProxyOptions['target']) {
    this.#server = createServer({ allowHalfOpen: true }, (client) => {
      const upstream = new Socket({ allowHalfOpen: true });
      this.#join(client, upstream);
      upstream.connect({ port: target.port, host: target.host ?? '127.0.0.1' });
    });
  }

  get port(): number {
    return this.#port;
  }

  openConnections(): number {
    return this.#sockets.size / 2;
  }

  async listen(): Promise<void> {
    this.#port = await listen(this.#server, { port: this.#port });
  }

  pause(): void {
    this.#conditions.isPaused = true;
  }

  async resume(): Promise<void> {
    this.#conditions.isPaused = false;
    for (const pipe of this.#pipes) pipe.flush();
    if (!this.#server.listening) await this.listen();
  }

  /**
   * Every open connection goes dead: it stands until one of its sides resets it, and carries nothing from now on, nor what
   * was held. New ones are as they were. Answers how many went dead.
   */
  strandAll(): number {
    for (const pipe of this.#pipes) pipe.strand();
    return this.openConnections();
  }

  /** Ends every connection with a reset; new ones are accepted. */
  resetAll(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** Delays every byte in either direction by that much from now on; 0 takes the delay away. */
  setLatency(ms: number): void {
    this.#conditions.latencyMs = ms;
  }

  /** Resets every connection once that many more bytes, of both directions together, have passed. */
  cutAfter(bytes: number): void {
    this.#conditions.bytesLeft = bytes;
  }

  /** Resets every connection and listens no more, so that connecting is refused. */
  async refuse(): Promise<void> {
    const closed = close(this.#server);
    this.resetAll();
    await closed;
  }

  async stop(): Promise<void> {
    const closed = close(this.#server);
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #join(client: Socket, upstream: Socket): void {
    const pair = [client, upstream];
    const cut = () => this.resetAll();
    const directions = [
      new Pipe(client, upstream, this.#conditions, cut),
      new Pipe(upstream, client, this.#conditions, cut),
    ];
    for (const direction of directions) this.#pipes.add(direction);
    for (const socket of pair) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => {});
      socket.once('close', () => {
        this.#sockets.delete(socket);
        for (const direction of directions) this.#pipes.delete(direction);
        for (const other of pair) if (other !== socket) other.destroy();
      });
    }
  }
}

/** One direction of one connection: passes chunks on in their order, as late as the conditions say. */
class Pipe {
  readonly #queue: { readonly chunk: Buffer | null; readonly dueAt: number }[] = [];
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #conditions: Conditions;
  readonly #cut: () => void;
  #timer: NodeJS.Timeout | null = null;
  #isStranded = false;

  constructor(from: Socket, to: Socket, conditions: Conditions, cut: () => void) {
    this.#from = from;
    this.#to = to;
    this.#conditions = conditions;
    this.#cut = cut;
    from.on('data', (chunk) => this.#hold(chunk));
    from.once('end', () => this.#hold(null));
    from.once('close', () => clearTimeout(this.#timer ?? undefined));
    to.on('drain', () => from.resume());
  }

  /** Drops what it holds and whatever comes. */
  strand(): void {
    this.#isStranded = true;
    this.#queue.length = 0;
    clearTimeout(this.#timer ?? undefined);
  }

  #hold(chunk: Buffer | null): void {
    if (this.#isStranded) return;
    this.#queue.push({ chunk, dueAt: performance.now() + this.#conditions.latencyMs });
    this.flush();
  }

  /** Passes on what is due; called again by a timer for what is not. */
  flush(): void {
    clearTimeout(this.#timer ?? undefined);
    for (let next = this.#queue[0]; next !== undefined && !this.#conditions.isPaused; next = this.#queue[0]) {
      const waitMs = next.dueAt - performance.now();
      if (waitMs > 0) {
        this.#timer = setTimeout(() => this.flush(), waitMs);
        return;
      }
      this.#queue.shift();
      this.#pass(next.chunk);
    }
  }

  #pass(chunk: Buffer | null): void {
    if (this.#to.destroyed) return;
    if (chunk === null) {
      this.#to.end();
      return;
    }
    const { bytesLeft } = this.#conditions;
    const part = bytesLeft === null ? chunk : chunk.subarray(0, bytesLeft);
    if (bytesLeft !== null) this.#conditions.bytesLeft = bytesLeft - part.length;
    if (this.#conditions.bytesLeft === 0) {
      this.#conditions.bytesLeft = null;
      // The last allowed bytes first leave, then the connection breaks.
      this.#to.write(part, () => this.#cut());
      return;
    }
    if (!this.#to.write(part)) this.#from.pause();
  }
}
