import { runSql } from '@postroom/testkit';

const notes = `
  CREATE SCHEMA witness;
  CREATE TABLE witness.changes (
    seq bigint GENERATED ALWAYS AS IDENTITY, at timestamptz NOT NULL DEFAULT clock_timestamp(),
    send_id uuid NOT NULL, status text NOT NULL, epoch int NOT NULL, attempts int NOT NULL,
    resends int NOT NULL, lease_token uuid, is_in_doubt boolean NOT NULL)`;

const triggers = `
  CREATE FUNCTION witness.note() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO witness.changes (send_id, status, epoch, attempts, resends, lease_token, is_in_doubt)
    VALUES (NEW.id, NEW.status::text, NEW.epoch, NEW.attempts, NEW.resends, NEW.lease_token,
            NEW.in_doubt_since IS NOT NULL);
    RETURN NULL;
  END $$;
  CREATE TRIGGER witness_made AFTER INSERT ON email_sends FOR EACH ROW EXECUTE FUNCTION witness.note();
  CREATE TRIGGER witness_changed AFTER UPDATE ON email_sends FOR EACH ROW
    WHEN ((OLD.status, OLD.epoch, OLD.attempts, OLD.resends, OLD.lease_token, OLD.in_doubt_since)
      IS DISTINCT FROM (NEW.status, NEW.epoch, NEW.attempts, NEW.resends, NEW.lease_token, NEW.in_doubt_since))
    EXECUTE FUNCTION witness.note()`;

/**
 * Makes the database itself note every change of a send that matters, in the transaction that makes it: what the
 * pipeline says of its own history is then not the only word. Told not to watch, it leaves the notes empty.
 */
export async function installWitness(databaseUrl: string, isWatching: boolean): Promise<void> {
  await runSql(databaseUrl, notes);
  if (isWatching) await runSql(databaseUrl, triggers);
}
