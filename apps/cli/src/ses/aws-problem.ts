import { AwsCallError } from '@postroom/provider-ses';
import { Problem } from '../problem.ts';

/** What a person can do about a call that AWS did not answer as it should; anything else is thrown as it is. */
export function awsProblem(
  error: unknown,
  { region, more = '' }: { readonly region: string; readonly more?: string },
) {
  if (!(error instanceof AwsCallError)) return error;
  const lines = [...wordsOf(error, region), ...(more === '' ? [] : [more])];
  return new Problem(lines.join('\n'), { cause: error });
}

function wordsOf({ kind, call, code, message }: AwsCallError, region: string): readonly string[] {
  const { action, resource } = call;
  switch (kind) {
    case 'denied':
      return [
        `The right ${action} on ${resource} is missing.`,
        `AWS says: ${message}`,
        'Allow it (docs/deploying.md lists all rights that are needed), then run the same command again.',
      ];
    case 'credentials':
      return [
        `AWS does not take the credentials (${action}): ${message}`,
        `Name some in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile in AWS_PROFILE; a region such as ${region} may have to be enabled first, and the clock be right.`,
      ];
    case 'unreachable':
      return [`${action} could not be asked: ${message}`, `Is the region right? It is ${region}.`];
    case 'refused':
      return [`AWS refuses ${action} on ${resource}: ${code}: ${message}`];
  }
}
