import { isMainThread } from 'node:worker_threads';

/**
 * Loaded into every process that a stack starts, before its own code: the standard input is a pipe that the
 * supervisor holds open. When the supervisor is gone, however it went, the pipe ends and so does the process,
 * in its orderly way. Threads inherit the flag that loads this, and have nothing to watch.
 */
if (isMainThread) {
  const end = () => process.kill(process.pid, 'SIGTERM');
  process.stdin.once('end', end).once('error', end).resume();
  if ('unref' in process.stdin) process.stdin.unref();
}
