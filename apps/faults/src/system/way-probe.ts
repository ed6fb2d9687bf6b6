/**
 * Writes the time into a connection every few milliseconds, as a worker writes its messages. Started with the port on
 * 127.0.0.1 and the milliseconds; ends with the connection.
 */
import { connect } from 'node:net';

const [port, everyMs] = process.argv.slice(2).map(Number);
const socket = connect({ host: '127.0.0.1', port: port ?? 0, noDelay: true });
socket.on('error', () => process.exit());
socket.on('close', () => process.exit());
socket.once('connect', () => {
  setInterval(() => socket.write(`${process.hrtime.bigint()}\n`), everyMs);
});
