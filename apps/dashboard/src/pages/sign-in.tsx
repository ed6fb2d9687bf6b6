import { useEffect, useRef, useState } from 'preact/hooks';
import type { Failure } from '../api/answer.ts';
import { signIn, signInNote } from '../api/session.ts';
import { Field } from '../ui/field.tsx';
import { Mark } from '../ui/mark.tsx';

/** What to do about a key that does not open the page. */
function adviceOf({ code, message }: Failure): string {
  if (code === 'insufficient_scope')
    return 'This key may not manage the installation. Sign in with one that has the scope admin, full or operator.';
  return message;
}

/** Signs in with a key, which goes to the API and is kept nowhere here. */
export function SignIn() {
  const [key, setKey] = useState('');
  const [isAsking, setAsking] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    document.title = 'Sign in – Postroom';
    input.current?.focus();
  }, []);
  const submit = async (event: Event) => {
    event.preventDefault();
    setAsking(true);
    const answer = await signIn(key);
    setAsking(false);
    setProblem(answer.kind === 'failed' ? adviceOf(answer.failure) : null);
  };
  return (
    <main class="sign-in" id="main">
      <form class="card" onSubmit={(event) => void submit(event)}>
        <h1>
          <Mark /> Postroom
        </h1>
        {signInNote.value !== null && <p class="note">{signInNote.value}</p>}
        <Field
          label="API key"
          problem={problem}
          hint="One with the scope admin, full or operator. It is not kept in this browser: a session of 12 hours is."
        >
          {(given) => (
            <input
              {...given}
              ref={input}
              type="password"
              autocomplete="off"
              spellcheck={false}
              required
              placeholder="sk_live_…"
              value={key}
              onInput={({ currentTarget }) => setKey(currentTarget.value)}
            />
          )}
        </Field>
        <button class="primary" type="submit" disabled={isAsking}>
          {isAsking ? 'Signing in …' : 'Sign in'}
        </button>
        <details>
          <summary>Where do I find a key?</summary>
          <p>
            <code>npm run quickstart</code> and <code>npm run up</code> print one when they have started. Make
            another with <code>postroom keys create --name me --scope full</code>.
          </p>
        </details>
      </form>
    </main>
  );
}
