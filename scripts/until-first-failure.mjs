import { TestEnvironment } from 'jest-environment-node';

/** Skips what a file has left once one of its tests has failed; what the file began is still ended by its hooks. */
export default class UntilFirstFailure extends TestEnvironment {
  #hasFailed = false;

  handleTestEvent({ name, test }) {
    if (name === 'test_fn_failure' || name === 'hook_failure') this.#hasFailed = true;
    if (name === 'test_start' && this.#hasFailed) test.mode = 'skip';
  }
}
