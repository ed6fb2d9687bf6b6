import type { RenderedMessage } from '@postroom/contracts';
import type { Loaded } from '../../api/use-answer.ts';
import { MailFrame } from '../../ui/mail-frame.tsx';
import { Loading, Wrong } from '../../ui/notice.tsx';
import { Facts, Section } from '../../ui/page.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { mailboxOf, sizeOf } from '../../ui/words.ts';

const Headers = ({ of }: { readonly of: RenderedMessage }) => (
  <Facts
    of={[
      ['From', mailboxOf(of.from)],
      ['To', of.to.map(mailboxOf).join(', ')],
      ['Cc', of.cc.map(mailboxOf).join(', ')],
      ['Reply-To', of.replyTo === null ? null : mailboxOf(of.replyTo)],
      ['Subject', of.subject],
      ...of.headers.map(({ name, value }) => [name, value] as const),
      ...of.attachments.map(
        ({ filename, contentType, sizeBytes }) =>
          ['Attachment', `${filename}, ${contentType}, ${sizeOf(sizeBytes)}`] as const,
      ),
    ]}
  />
);

const Source = ({ text }: { readonly text: string }) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard.
  <pre class="source" tabIndex={0}>
    {text}
  </pre>
);

/** What a send says, rendered anew. */
export function Message({ of: { value, failure, reload } }: { readonly of: Loaded<RenderedMessage> }) {
  return (
    <Section title="Message" aside="rendered anew; links of ours lead nowhere">
      {failure !== null && <Wrong failure={failure} retry={reload} />}
      {failure === null && value === null && <Loading />}
      {value !== null && (
        <Tabs
          label="Views of the message"
          views={[
            ...(value.html === null
              ? []
              : [
                  {
                    name: 'Html',
                    view: () => (
                      <>
                        <MailFrame html={value.html ?? ''} title={`Message: ${value.subject}`} />
                        <p class="hint">Images of other hosts are not loaded here.</p>
                      </>
                    ),
                  },
                ]),
            ...(value.text === null
              ? []
              : [{ name: 'Text', view: () => <Source text={value.text ?? ''} /> }]),
            { name: 'Headers', view: () => <Headers of={value} /> },
            ...(value.html === null
              ? []
              : [{ name: 'Source', view: () => <Source text={value.html ?? ''} /> }]),
          ]}
        />
      )}
    </Section>
  );
}
