import { PostroomError } from '../postroom-error.ts';
import type { LineRefusal } from './renderer.ts';

/** By then a rendering that is under way has ended, in seconds. */
const retryAfterSeconds = 2;

/** What a caller is told whose rendering found no place: whether it is its workspace's own doing, and when to ask again. */
export function renderingBusy(refusal: LineRefusal): PostroomError {
  const details = { retryAfterSeconds };
  return refusal === 'own_line_full'
    ? new PostroomError(
        'rate_limited',
        'Too many renderings of this workspace are under way: try again shortly.',
        {
          details,
        },
      )
    : new PostroomError('unavailable', 'Too many renderings are under way just now: try again shortly.', {
        details,
      });
}
