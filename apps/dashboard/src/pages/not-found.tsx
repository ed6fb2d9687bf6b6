import { Empty } from '../ui/notice.tsx';
import { Page } from '../ui/page.tsx';

/** An address that leads nowhere. */
export const NotFound = () => (
  <Page title="Nothing here">
    <Empty title="There is no such page">
      <p>
        <a href="/dashboard">What happens now</a> is a good place to begin.
      </p>
    </Empty>
  </Page>
);
