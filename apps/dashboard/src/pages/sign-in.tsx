import { useEffect, useRef, useState } from 'preact/hooks';
import type { Failure } from '../api/answer.ts';
import { beginAnew, signIn, signInNote } from '../api/session.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { Mark } from '../ui/mark.tsx';

/** What to do about a key that does not open the page. */
function adviceOf({ code, message }: Failure): string {
  if (code === 'insufficient_scope')
    return 'This key may not manage the installation. Sign in with one that has the scope admin, full or operator.';
  return message;
}

/** Asks for a key, which goes to the API and is kept nowhere here. */
function useSignIn() {
  const [key, setKey] = useState('');
  const [isAsking, setAsking] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  const submit = async (event: Event) => {
    event.preventDefault();
    setAsking(true);
    const answer = await signIn(key);
    setAsking(false);
    setProblem(answer.kind === 'failed' ? adviceOf(answer.failure) : null);
  };
  const field = (
    <>
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
    </>
  );
  const button = (
    <button class="primary" type="submit" disabled={isAsking}>
      {isAsking ? 'Signing in …' : 'Sign in'}
    </button>
  );
  return { submit, field, button };
}

/** Signs in before there is a page. */
export function SignIn() {
  const { submit, field, button } = useSignIn();
  useEffect(() => {
    document.title = 'Sign in – Postroom';
  }, []);
  return (
    <main class="sign-in" id="main">
      <form class="card" onSubmit={(event) => void submit(event)}>
        <h1>
          <Mark /> Postroom
        </h1>
        {field}
        {button}
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

/** Signs in again before a page that stays as it is, with what is not saved. */
export function SignInAgain() {
  const { submit, field, button } = useSignIn();
  return (
    <Dialog title="Sign in again">
      <form onSubmit={(event) => void submit(event)}>
        <div class="body">
          {field}
          <p>
            The page stays as it is, with what is not saved. With a key of another workspace it begins anew.
          </p>
        </div>
        <footer>
          <button type="button" onClick={beginAnew}>
            Let it go
          </button>
          {button}
        </footer>
      </form>
    </Dialog>
  );
}
