import type { TemplateSummaryResource } from '@postroom/contracts';
import { may } from '../api/session.ts';
import { useList } from '../api/use-list.ts';
import { Status } from '../ui/badge.tsx';
import { Moment } from '../ui/moment.tsx';
import { Empty } from '../ui/notice.tsx';
import { Page } from '../ui/page.tsx';
import { ListRows } from '../ui/table.tsx';

const NewTemplate = () => (
  <a class="button" href="/dashboard/templates/new">
    New template
  </a>
);

/** All templates, newest first. */
export function TemplatesPage() {
  const list = useList<TemplateSummaryResource>('/api/v1/templates');
  return (
    <Page title="Templates" actions={may('templates:write') && <NewTemplate />}>
      <ListRows
        label="Templates"
        list={list}
        keyOf={({ id }) => id}
        columns={[
          { name: 'Name', cell: ({ id, name }) => <a href={`/dashboard/templates/${id}`}>{name}</a> },
          { name: 'Subject', kind: 'grow', cell: ({ subject }) => <span class="clip one">{subject}</span> },
          { name: 'Status', cell: ({ status }) => <Status of={status} /> },
          { name: 'Changed', kind: 'when', cell: ({ updatedAt }) => <Moment at={updatedAt} /> },
        ]}
        empty={
          <Empty title="No templates yet">
            <p>A template is written once and filled in for each recipient.</p>
            {may('templates:write') && <NewTemplate />}
          </Empty>
        }
      />
    </Page>
  );
}
