import { type Code, entryOf, spawnNode } from '@postroom/testkit';

/** What the version before does for a run with its own `postroom`: the code of this one may know more than its tables have. */
export type VersionBefore = {
  readonly checkout: string;
  /** Makes the tables as it has them. */
  migrate(): Promise<void>;
  /** Makes a workspace, and a key of it that may do everything. */
  makeWorkspace(name: string): Promise<{ readonly id: string; readonly key: string }>;
};

type Place = { readonly checkout: string; readonly code: Code; readonly databaseUrl: string };

/** Opens the built checkout of a version on a database. */
export function openVersionBefore({ checkout, code, databaseUrl }: Place): VersionBefore {
  const run = async (wanted: RegExp, ...args: readonly string[]): Promise<string> => {
    const entry = entryOf(code, 'cli', 'main');
    const command = await spawnNode({ entry, code, checkout, args, env: { DATABASE_URL: databaseUrl } });
    const { code: exitCode } = await command.exited;
    const answer = command.lines.find((line) => wanted.test(line));
    if (exitCode === 0 && answer !== undefined) return answer;
    throw new Error(
      `postroom ${args.join(' ')} of ${checkout} ended with ${exitCode}:\n${command.lastWords()}`,
    );
  };
  return {
    checkout,
    migrate: async () => void (await run(/^Applied /, 'migrate')),
    makeWorkspace: async (name) => {
      const id = await run(/^[0-9a-f-]{36}$/, 'workspaces', 'create', '--name', name);
      const ofIt = ['--workspace', id, '--name', 'faults', '--scope', 'full'];
      return { id, key: await run(/^sk_live_/, 'keys', 'create', ...ofIt) };
    },
  };
}
