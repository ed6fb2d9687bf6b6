import { MailFrame } from '../../ui/mail-frame.tsx';
import { Loading } from '../../ui/notice.tsx';
import { Section } from '../../ui/page.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import type { Previewed } from './use-preview.ts';

/** What a draft comes to with its sample data. */
export function Preview({ preview, failure }: Previewed) {
  return (
    <div class="beside">
      <Section
        title="Preview"
        aside={failure === null ? 'with the sample data' : 'as it was before the mistake'}
      >
        {preview === null && failure === null && <Loading />}
        {failure !== null && failure.code !== 'template_invalid' && (
          <p class="wrong" role="alert">
            {failure.message}
          </p>
        )}
        {preview !== null && (
          <>
            <p class="preview-subject">{preview.subject || <span class="faint">No subject</span>}</p>
            {preview.missing.length > 0 && (
              <p class="hint pad">
                Without a value: {preview.missing.map((name) => `{{${name}}}`).join(', ')}. A send that lacks
                one is rejected.
              </p>
            )}
            {preview.warnings?.map(({ path, message }) => (
              <p class="hint pad" key={path}>
                <code>{path}</code> {message}
              </p>
            ))}
            <Tabs
              label="Views of the preview"
              views={[
                { name: 'Html', view: () => <MailFrame html={preview.html ?? ''} title="Preview" /> },
                ...(preview.text === null
                  ? []
                  : [{ name: 'Text', view: () => <pre class="source">{preview.text}</pre> }]),
              ]}
            />
          </>
        )}
      </Section>
    </div>
  );
}
