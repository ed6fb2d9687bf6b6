import type { Now } from '@postroom/contracts';
import { Moment } from '../../ui/moment.tsx';
import { Section } from '../../ui/page.tsx';
import { Rows } from '../../ui/table.tsx';
import { counted } from '../../ui/words.ts';

/** The SMTP processes that are alive; nothing where nobody runs one. */
export const SmtpNow = ({ smtp }: Pick<Now, 'smtp'>) =>
  smtp === null || smtp.length === 0 ? null : (
    <Section title="SMTP">
      <Rows
        label="SMTP"
        isPlain
        items={smtp}
        keyOf={({ name }) => name}
        columns={[
          { name: 'Process', kind: 'keep', cell: ({ name }) => name },
          { name: 'Connections', kind: 'number', cell: ({ connections }) => connections },
          { name: 'Taken', kind: 'number', cell: ({ taken }) => counted(taken) },
          { name: 'Refused', kind: 'number', cell: ({ refused }) => counted(refused) },
          { name: 'Started', kind: 'when', cell: ({ startedAt }) => <Moment at={startedAt} /> },
        ]}
      />
    </Section>
  );
