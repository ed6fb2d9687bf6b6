import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createDraw } from '@postroom/testkit';
import { documentedRoutes } from '../openapi/documented-routes.ts';
import { doorRows } from './rows/doors.ts';
import { emailRows } from './rows/emails.ts';
import { resourceRows } from './rows/resources.ts';
import type { Row } from './rows/row.ts';
import { type Price, startWorld, type World } from './world.ts';

/** The most that an API may have in memory, in MiB, with what all the requests before have left behind. */
const maxRssMb = 600;

const maxAnswer = ({ requestBytes }: Price) => 10 * requestBytes + 1024 * 1024;

const rows = { ...emailRows, ...resourceRows, ...doorRows };

const draw = createDraw();

/** Of each route a third of its rows, and one at the least, where they are drawn. */
const drawn = (ofRoute: readonly Row[]) => draw(ofRoute, Math.ceil(ofRoute.length / 3));

test('every route that the reference knows has its rows, and no row is of another', () => {
  const routes = documentedRoutes.map(({ method, path }) => `${method} ${path}`);
  expect(Object.keys(rows).sort()).toEqual(routes.sort());
});

describe('the largest requests that the limits allow have their price:', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world.stop());

  describe.each(Object.entries(rows))('%s', (_route, ofRoute) => {
    test.each(drawn(ofRoute).map((row) => [row.what, row] as const))('%s', async (_what, row) => {
      const { cost: price, maxTurnMs } = await world.leastOf(
        ({ longestTurnMs }) => longestTurnMs,
        async () => world.price(await row.ask(world)),
      );
      expect(price.status).not.toBe(500);
      expect(price.status).toBe(row.status ?? price.status);
      expect({ ...price, isAnswerBounded: price.answerBytes <= maxAnswer(price) }).toMatchObject({
        isAnswerBounded: true,
      });
      expect(price.longestTurnMs).toBeLessThan(maxTurnMs);
      expect(price.peakRssMb).toBeLessThan(maxRssMb);
    });
  });
});
