import { connect, type Socket } from 'node:net';

/** A client of SMTP that says what it is told to, right or wrong. */
export class RawSmtp {
  readonly #socket: Socket;
  #heard = '';
  #wake: () => void = () => undefined;
  #isClosed = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('latin1');
    socket.on('data', (text) => {
      this.#heard += text;
      this.#wake();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#isClosed = true;
      this.#wake();
    });
  }

  /** Connects from an address of this machine, and hears nothing yet. */
  static async open(port: number, { from = '127.0.0.1' }: { readonly from?: string } = {}): Promise<RawSmtp> {
    const socket = connect({ port, host: '127.0.0.1', localAddress: from });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return new RawSmtp(socket);
  }

  /** Connects, waits for the greeting and says hello, and who it is if there is a key. */
  static async greet(port: number, key: string | null, from?: string): Promise<RawSmtp> {
    const client = await RawSmtp.open(port, from === undefined ? {} : { from });
    await client.hear();
    await client.say('EHLO client.test');
    if (key !== null) await client.say(`AUTH PLAIN ${Buffer.from(`\0x\0${key}`).toString('base64')}`);
    return client;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** The next answer, of however many lines; 'closed' when there is none any more. */
  async hear(): Promise<string> {
    for (;;) {
      const answer = /^(?:\d{3}-[^\n]*\n)*\d{3}(?: [^\n]*)?\r\n/.exec(this.#heard)?.[0];
      if (answer !== undefined) {
        this.#heard = this.#heard.slice(answer.length);
        return answer.trimEnd();
      }
      if (this.#isClosed) return 'closed';
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Writes bytes, one for each character, and waits for nothing. */
  write(text: string): void {
    this.#socket.write(text, 'latin1');
  }

  say(line: string): Promise<string> {
    this.write(`${line}\r\n`);
    return this.hear();
  }

  /** Brings one message, given as it goes over the wire without its end; answers the last answer. */
  async bring(
    message: string,
    { from, to }: { readonly from: string; readonly to: readonly string[] },
  ): Promise<string> {
    for (const line of [`MAIL FROM:<${from}>`, ...to.map((one) => `RCPT TO:<${one}>`), 'DATA']) {
      const answer = await this.say(line);
      if (!/^[23]/.test(answer)) return answer;
    }
    this.write(`${message}\r\n.\r\n`);
    return this.hear();
  }

  /** Ends, politely or not. */
  end(): void {
    this.#socket.destroy();
  }
}
