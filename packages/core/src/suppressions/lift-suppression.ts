import { notFound } from '../refusals.ts';
import { type TakeTurn, turnsOf } from '../senders/identity-turns.ts';
import { sesUnavailable } from '../senders/refusals.ts';

export type LiftSuppressionDeps = {
  readonly suppressions: {
    /** Answers whether there was one. */
    remove(workspaceId: string, email: string): Promise<boolean>;
  };
  /** The provider's own list, which all workspaces share; both reject when it cannot be asked. */
  readonly provider: {
    liftSuppression(email: string): Promise<void>;
    isSuppressed(email: string): Promise<boolean>;
  };
  readonly takeTurn: TakeTurn;
};

/**
 * Lifts the suppression of an address at the provider as well as here, in a turn of the workspace for each call. The provider
 * comes first: when it cannot be asked nothing has changed, and the turns of all that follows are there before it is told.
 * It may hold an address for a while after it was told to let go, and says so.
 */
export async function liftSuppression(
  { suppressions, provider, takeTurn }: LiftSuppressionDeps,
  { workspaceId, email }: { readonly workspaceId: string; readonly email: string },
): Promise<{ readonly isStillSuppressed: boolean }> {
  const nextTurn = turnsOf(takeTurn, workspaceId);
  await nextTurn();
  const ask = async <Answer>(question: Promise<Answer>): Promise<Answer> => {
    try {
      return await question;
    } catch (cause) {
      throw sesUnavailable(cause);
    }
  };
  const wasSuppressed = await ask(provider.isSuppressed(email));
  if (wasSuppressed) {
    await nextTurn();
    await nextTurn();
    await ask(provider.liftSuppression(email));
  }
  const isStillSuppressed = wasSuppressed && (await ask(provider.isSuppressed(email)));
  const existed = await suppressions.remove(workspaceId, email);
  if (!existed && !wasSuppressed) throw notFound('suppression');
  return { isStillSuppressed };
}
