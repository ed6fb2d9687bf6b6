import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

type Exchange = { readonly request: IncomingMessage; readonly response: ServerResponse };

/** The requests of one connection: `waiting` came behind the one that is in hand. */
type Line = {
  readonly waiting: Exchange[];
  isBusy: boolean;
  /** More came than may wait: what is behind them is not answered, and the connection ends. */
  isCut: boolean;
  /** Requests that Node keeps for this connection and that are not begun, those that will not be among them. */
  held: number;
};

/** So many requests of one connection may wait behind the one in hand. */
const maxWaiting = 64;

/** So many may be held by all connections together, each of a few KiB; who goes beyond loses the connection at once. */
const maxHeld = 8_192;

/**
 * Node makes an error for each request that a connection leaves behind when it closes. The stacks of thousands, which
 * nobody reads, would hold the loop for 20 ms.
 */
function spareStacks(socket: Socket): void {
  const { stackTraceLimit } = Error;
  socket.prependOnceListener('close', () => {
    Error.stackTraceLimit = 0;
  });
  socket.once('close', () => {
    Error.stackTraceLimit = stackTraceLimit;
  });
}

/**
 * Works on the requests of a connection one after the other. Node starts every request of a read at once, some 2,000 of
 * 64 KB, and holds their answers until they are taken; RFC 9112 section 9.3.2 asks for no more than answers in their order,
 * and lets a server end a connection of which it has answered a part.
 */
export function oneAtATime(handle: RequestListener): RequestListener {
  const lines = new WeakMap<Socket, Line>();
  let held = 0;
  const hold = (line: Line, count: number) => {
    line.held += count;
    held += count;
  };
  const lineOf = (socket: Socket): Line => {
    const known = lines.get(socket);
    if (known !== undefined) return known;
    const line: Line = { waiting: [], isBusy: false, isCut: false, held: 0 };
    lines.set(socket, line);
    socket.once('close', () => {
      line.waiting.length = 0;
      hold(line, -line.held);
    });
    return line;
  };
  const begin = (line: Line, { request, response }: Exchange) => {
    line.isBusy = true;
    const { socket } = request;
    // A turn of the loop for others between two requests of one connection.
    response.once('close', () => setImmediate(goOn, line, socket));
    handle(request, response);
  };
  const goOn = (line: Line, socket: Socket) => {
    line.isBusy = false;
    if (socket.destroyed) return;
    const next = line.waiting.shift();
    if (next !== undefined) {
      hold(line, -1);
      begin(line, next);
    } else if (line.isCut) socket.end(() => socket.destroy());
  };
  return (request, response) => {
    const { socket } = request;
    if (socket.destroyed) return;
    const line = lineOf(socket);
    if (!line.isBusy && line.waiting.length === 0 && !line.isCut) {
      return begin(line, { request, response });
    }
    hold(line, 1);
    if (!line.isCut && line.waiting.length >= maxWaiting) {
      line.isCut = true;
      spareStacks(socket);
    }
    if (!line.isCut) line.waiting.push({ request, response });
    if (held > maxHeld) socket.destroy();
  };
}
