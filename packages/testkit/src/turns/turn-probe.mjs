/**
 * Loaded into a process with `--import`: measures the longest turn of its event loop, in CPU time of its main thread, so that
 * whatever else shares the machine changes nothing, the second longest, and the most memory that the process has had. A GET
 * to PROBE_PORT answers all three and begins anew; one of `/floor` answers how long the largest body takes to be decoded and
 * parsed here and now.
 */
import { openSync, readSync } from 'node:fs';
import { createServer } from 'node:http';
import { isMainThread } from 'node:worker_threads';

/** It is read a thousand times a second: opened once, that takes a twentieth of the time. */
const told = Buffer.alloc(128);
const schedstat = openOrNull('/proc/self/schedstat');

function openOrNull(path) {
  try {
    return openSync(path, 'r');
  } catch {
    return null;
  }
}

/** CPU time of the main thread in ms: proc(5), schedstat; of the whole process where there is no such file. */
function cpuMs() {
  if (schedstat === null) {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e3;
  }
  const bytes = readSync(schedstat, told, 0, told.length, 0);
  return Number(told.toString('latin1', 0, bytes).split(' ', 1)[0]) / 1e6;
}

/** The longest of three times, in CPU time: cores that are shared with other work do less in a millisecond. */
function floorMs() {
  const text = '漢'.repeat(4 * 1024 * 1024);
  const body = Buffer.from(JSON.stringify({ html: text, text }));
  let longestMs = 0;
  for (let at = 0; at < 3; at += 1) {
    const begun = cpuMs();
    JSON.parse(body.toString('utf8'));
    longestMs = Math.max(longestMs, cpuMs() - begun);
  }
  return longestMs;
}

if (isMainThread) {
  let last = cpuMs();
  let longestTurnMs = 0;
  let secondTurnMs = 0;
  let peakRss = 0;
  let ticks = 0;
  // Timers run once in a turn: between two ticks lies one turn, or several within a millisecond.
  const tick = () => {
    const now = cpuMs();
    const turnMs = now - last;
    secondTurnMs = Math.max(secondTurnMs, Math.min(turnMs, longestTurnMs));
    longestTurnMs = Math.max(longestTurnMs, turnMs);
    last = now;
    ticks += 1;
    if (ticks % 8 === 0) peakRss = Math.max(peakRss, process.memoryUsage.rss());
    setTimeout(tick, 1).unref();
  };
  tick();
  createServer((request, response) => {
    tick();
    if (request.url === '/floor') {
      response.setHeader('connection', 'close');
      response.end(JSON.stringify({ floorMs: floorMs() }));
      last = cpuMs();
      return;
    }
    // A connection that is kept may be ended as the next request is on its way.
    response.setHeader('connection', 'close');
    const rss = Math.max(peakRss, process.memoryUsage.rss());
    response.end(JSON.stringify({ longestTurnMs, secondTurnMs, peakRss: rss }));
    longestTurnMs = 0;
    secondTurnMs = 0;
    peakRss = 0;
  })
    .listen(Number(process.env.PROBE_PORT), '127.0.0.1')
    .unref();
}
