import { EventStore, openDatabase, refuseUnmigrated } from '@postroom/db';
import type { TakeRecorded } from '@postroom/provider-ses';
import { reasonOf } from '../problem.ts';
import { databaseProblem, poolerOf } from '../stack/given-servers.ts';
import type { Terminal } from '../terminal.ts';
import type { RecordsSetting } from './ses-surroundings.ts';

/** What running processes record of mail that they do not know, until it is closed. */
export type Records = { readonly take: TakeRecorded; readonly close: () => Promise<void> };

/** Opens them in the database of the settings; null: there is none, or it cannot be used from here, which is said. */
export async function openRecords(
  terminal: Terminal,
  { setting, env }: { readonly setting: RecordsSetting; readonly env: NodeJS.ProcessEnv },
): Promise<Records | null> {
  if (setting.kind === 'none') return null;
  if (setting.kind === 'unusable') return withoutRecords(terminal, setting.reason);
  const { url } = setting;
  const problem = await databaseProblem(url, env);
  if (problem !== null) return withoutRecords(terminal, problem);
  const database = openDatabase({ url, maxConnections: 1, pooler: poolerOf(env) });
  try {
    await refuseUnmigrated(database);
  } catch (error) {
    await database.close();
    return withoutRecords(terminal, reasonOf(error));
  }
  const events = new EventStore(database.sql);
  return { take: (ids) => events.takeOfNoSend(ids), close: () => database.close() };
}

function withoutRecords(terminal: Terminal, reason: string): null {
  terminal.line(`  ${terminal.paint('yellow', '!')} What running workers take is not seen here: ${reason}`);
  return null;
}
