import type { Socket } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import type { Crowd } from '../session/crowd.ts';

/** Whoever has not come to the first word of SMTP within so long, a handshake that drips among them, is ended, in milliseconds. */
const beforeSessionMs = 60_000;

const tooMany = '421 4.7.0 Too many connections: close some, or try again shortly.\r\n';

/**
 * A server that counts connections as they are accepted. The library tells of one once its handshake is done, and keeps those
 * before that for as long as a byte comes now and then; so this hangs on to how it accepts them, in this version of it.
 */
export class CountedServer extends SMTPServer {
  readonly #crowd: Crowd;
  /** Their sockets as they were accepted, by the ids of their sessions: STARTTLS takes all listeners off them. */
  readonly #named = new Map<string, Socket>();

  constructor({ onClose, ...options }: SMTPServerOptions, crowd: Crowd) {
    super({
      ...options,
      onClose: (session, done) => {
        const socket = this.#named.get(session.id);
        if (socket !== undefined) crowd.leave(socket);
        this.#named.delete(session.id);
        onClose?.(session, done);
      },
    });
    this.#crowd = crowd;
  }

  get #isSecure(): boolean {
    return this.options.secure === true;
  }

  override _acceptSocket(socket: Socket, handshake: boolean): (() => void) | false {
    const { remoteAddress } = socket;
    const isPlaced = () => this._expectsProxyHeader(socket) || this.#crowd.place(socket, remoteAddress);
    if (!this.#crowd.enter(socket) || !isPlaced()) return this.#refuse(socket, handshake);
    const release = super._acceptSocket(socket, handshake);
    if (release === false) return false;
    const timer = setTimeout(() => this._pendingSockets.get(socket)?.destroy(), beforeSessionMs).unref();
    return () => {
      clearTimeout(timer);
      release();
    };
  }

  override _handleProxy(socket: Socket, done: Parameters<SMTPServer['_handleProxy']>[1]): void {
    const isProxied = this._expectsProxyHeader(socket);
    super._handleProxy(socket, (error, options) => {
      const { id, remoteAddress = socket.remoteAddress } = options ?? {};
      if (error !== null) return done(error);
      if (isProxied && !this.#crowd.place(socket, remoteAddress)) {
        this.#refuse(socket, this.#isSecure);
        return done(new Error('too many connections'));
      }
      if (id !== undefined && !this.#isSecure) this.#named.set(id, socket);
      done(null, options);
    });
  }

  /** Nothing can be said before a handshake. */
  #refuse(socket: Socket, handshake: boolean): false {
    this.#crowd.leave(socket);
    socket.on('error', () => undefined);
    if (handshake) socket.destroy();
    else socket.end(tooMany, () => socket.destroy());
    return false;
  }
}
