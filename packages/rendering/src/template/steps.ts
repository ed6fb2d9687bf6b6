import { nextTurn } from '@postroom/core';

/** Work that ends with a result, and can be put down at each `yield`. */
export type Steps<Result> = Generator<undefined, Result>;

/** Does the work in one go. */
export function inOneGo<Result>(steps: Steps<Result>): Result {
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return step.value;
}

/** Does the work step by step, and lets others have the loop between two steps. */
export async function inTurns<Result>(steps: Steps<Result>): Promise<Result> {
  let step = steps.next();
  while (step.done !== true) {
    await nextTurn();
    step = steps.next();
  }
  return step.value;
}
