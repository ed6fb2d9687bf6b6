import { statSync } from 'node:fs';
import Sequencer from '@jest/test-sequencer';

/** What starts whole systems, waits for leases, holds and pauses, or asks for everything: begun last, it would have the machine for itself. */
const long = [
  /apps\/worker\/test/,
  /apps\/(cli|bench|faults)\/test\/[^/]+$/,
  /packages\/(redis|rendering)\/test/,
  /packages\/db\/test\/(rows-read|status-machine)\.test/,
  /packages\/servers\/test\/servers\.test/,
  /apps\/api\/test\/openapi\//,
  /apps\/api\/test\/price/,
];

const lengthOf = ({ path }) => {
  const place = long.findIndex((pattern) => pattern.test(path));
  return place === -1 ? long.length : place;
};

/** Begins with the tests that take longest, also where no earlier run has told which those are. */
export default class LongestFirst extends Sequencer {
  sort(tests) {
    const bytesOf = new Map(tests.map((test) => [test, statSync(test.path).size]));
    return [...tests].sort(
      (a, b) => lengthOf(a) - lengthOf(b) || (bytesOf.get(b) ?? 0) - (bytesOf.get(a) ?? 0),
    );
  }
}
