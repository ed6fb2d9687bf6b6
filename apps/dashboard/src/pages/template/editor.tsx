import type { SenderProfileResource } from '@postroom/contracts';
import { useId } from 'preact/hooks';
import type { Failure } from '../../api/answer.ts';
import { useAll } from '../../api/use-all.ts';
import { Field, problemOf } from '../../ui/field.tsx';
import { Section } from '../../ui/page.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { CodeArea, type Place } from './code-area.tsx';
import { type Draft, dataOf } from './draft.ts';

type Part = 'subject' | 'html' | 'source' | 'text';

/** Where a part cannot work, and why, as the API says it. */
function placeIn(part: Part, failure: Failure | null): (Place & { readonly reason: string }) | null {
  if (failure?.code !== 'template_invalid' || failure.details.part !== part) return null;
  const { line, column, reason } = failure.details;
  return { line: Number(line), column: Number(column), reason: String(reason) };
}

const wordsOf = (part: Part, failure: Failure | null): string | null => {
  const place = placeIn(part, failure);
  return place === null
    ? problemOf(failure?.details, part)
    : `Line ${place.line}, column ${place.column}: ${place.reason}`;
};

function CodeField({
  label,
  rows,
  part,
  field,
  draft,
  failure,
  onChange,
}: EditorProps & {
  readonly label: string;
  readonly rows: number;
  readonly part: Part;
  readonly field: 'code' | 'text';
}) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <CodeArea
        id={id}
        rows={rows}
        value={draft[field]}
        problem={placeIn(part, failure)}
        onInput={(value) => onChange({ ...draft, [field]: value })}
      />
    </div>
  );
}

type EditorProps = {
  readonly draft: Draft;
  readonly onChange: (draft: Draft) => void;
  readonly failure: Failure | null;
};

function SenderChoice({ draft, onChange }: EditorProps) {
  const senders = useAll<SenderProfileResource>('/api/v1/sender-profiles');
  return (
    <Field label="Sender" hint="Who mail of this template comes from, unless a request names another.">
      {(given) => (
        <select
          {...given}
          value={draft.senderProfileId}
          onChange={({ currentTarget }) => onChange({ ...draft, senderProfileId: currentTarget.value })}
        >
          <option value="">None: each request names one</option>
          {senders.map(({ id, name, fromEmail }) => (
            <option key={id} value={id}>
              {name} · {fromEmail}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

const codeOf = ({ format }: Draft) =>
  format === 'mjml'
    ? ({ label: 'MJML', part: 'source' } as const)
    : ({ label: 'Html', part: 'html' } as const);

const FormatChoice = ({ draft, onChange }: EditorProps) => (
  <Field label="Written as" hint="MJML becomes html when it is saved.">
    {(given) => (
      <select
        {...given}
        value={draft.format}
        onChange={({ currentTarget }) =>
          onChange({ ...draft, format: currentTarget.value === 'mjml' ? 'mjml' : 'html' })
        }
      >
        <option value="html">Html</option>
        <option value="mjml">MJML</option>
      </select>
    )}
  </Field>
);

/** The parts of a template, each marked where it cannot work. */
export function Editor(props: EditorProps) {
  const { draft, onChange, failure } = props;
  const data = dataOf(draft.sampleData);
  const dataId = useId();
  return (
    <Section title="Template">
      <div class="form">
        <TextField
          label="Name"
          problem={problemOf(failure?.details, 'name')}
          value={draft.name}
          onText={(text) => onChange({ ...draft, name: text })}
          input={{ maxLength: 200, placeholder: 'Welcome' }}
        />
        <SenderChoice {...props} />
        <TextField
          label="Subject"
          problem={wordsOf('subject', failure)}
          value={draft.subject}
          onText={(text) => onChange({ ...draft, subject: text })}
        />
        <FormatChoice {...props} />
        <CodeField {...props} {...codeOf(draft)} rows={18} field="code" />
        <CodeField {...props} label="Text, for who reads no html" rows={6} part="text" field="text" />
        <div class="field">
          <label for={dataId}>Sample data</label>
          <textarea
            id={dataId}
            rows={6}
            spellcheck={false}
            value={draft.sampleData}
            aria-invalid={data.kind === 'bad'}
            onInput={({ currentTarget }) => onChange({ ...draft, sampleData: currentTarget.value })}
          />
          {data.kind === 'bad' && <p class="problem">{data.problem}</p>}
        </div>
      </div>
    </Section>
  );
}
