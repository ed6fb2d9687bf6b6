import type { Now, NowServer } from '@postroom/contracts';
import { spanOf } from '../../ui/words.ts';

const silence: Readonly<Record<NowServer, string>> = {
  PostgreSQL:
    'No mail is taken, and what waits, what is in doubt and what failed is not known, until it is back.',
  Redis:
    'Mail is taken and waits; it goes out when Redis is back. What is on hold, who works and what is finished is not known.',
};

/** Servers that do not answer, what that means for mail, and what is not known because of it. */
export const SilentServers = ({ silent }: Pick<Now, 'silent'>) => (
  <>
    {silent.map((server) => (
      <div key={server} class="wrong" role="alert">
        <p>
          <strong>{server} does not answer.</strong> {silence[server]}
        </p>
      </div>
    ))}
  </>
);

/** What is not sent for now, why, and what to do; nothing where all goes. */
export function HoldsNow({ holds, silent }: Pick<Now, 'holds' | 'silent'>) {
  if (holds === null) {
    if (silent.includes('Redis')) return null;
    return (
      <div class="wrong" role="alert">
        <p>
          <strong>Whether mail of this workspace is on hold is not known:</strong> what knows the holds and
          their names did not answer in time.
        </p>
      </div>
    );
  }
  return (
    <>
      {holds.map(({ scope, name, reason, heldForSeconds, means, todo }, at) => (
        <div key={scope + at} class="hold" role="alert">
          <p>
            <strong>{name} is on hold</strong> for {spanOf(heldForSeconds)} · <code>{reason}</code>
          </p>
          <p>
            {means} {todo} One send is tried each time the wait is over, and all goes on when SES takes it.
          </p>
        </div>
      ))}
    </>
  );
}
