import { isMainThread } from 'node:worker_threads';

/**
 * Loaded into every process that a stack starts, before its own code: the standard input is a pipe that the
 * supervisor holds open. When the supervisor is gone, however it went, the pipe ends and so does the process, in
 * its orderly way. What such a process starts in turn has no part in the pipe and is not loaded with this: those that
 * render are ended by their owner, and by the end of their channel to it when it is killed. Only a thread would
 * inherit the flag that loads this, and its standard input is one that ends at once.
 */
if (isMainThread) {
  const end = () => process.kill(process.pid, 'SIGTERM');
  process.stdin.once('end', end).once('error', end).resume();
  if ('unref' in process.stdin) process.stdin.unref();
}
