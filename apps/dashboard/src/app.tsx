import { useEffect } from 'preact/hooks';
import { LocationProvider, Route, Router } from 'preact-iso';
import { askSession, isOver, may, session } from './api/session.ts';
import { listen } from './live/now-stream.ts';
import { BatchPage } from './pages/batch.tsx';
import { BatchesPage } from './pages/batches.tsx';
import { KeysPage } from './pages/keys.tsx';
import { NotFound } from './pages/not-found.tsx';
import { NowPage } from './pages/now.tsx';
import { RatesPage } from './pages/rates.tsx';
import { RecipientPage } from './pages/recipient.tsx';
import { RecipientsPage } from './pages/recipients.tsx';
import { SendPage } from './pages/send.tsx';
import { SendersPage } from './pages/senders.tsx';
import { SendsPage } from './pages/sends.tsx';
import { SignIn, SignInAgain } from './pages/sign-in.tsx';
import { TemplatePage } from './pages/template.tsx';
import { TemplatesPage } from './pages/templates.tsx';
import { WebhookPage } from './pages/webhook.tsx';
import { WebhooksPage } from './pages/webhooks.tsx';
import { Loading, Toasts } from './ui/notice.tsx';
import { Shell } from './ui/shell.tsx';

function SignedIn() {
  useEffect(listen, []);
  // An operator of all workspaces sees no other page, whatever the address.
  if (!may('admin')) {
    return (
      <Shell>
        <NowPage />
      </Shell>
    );
  }
  return (
    <Shell>
      <Router onRouteChange={() => document.getElementById('main')?.scrollTo(0, 0)}>
        <Route path="/dashboard" component={NowPage} />
        <Route path="/dashboard/sends" component={SendsPage} />
        <Route path="/dashboard/sends/:id" component={SendPage} />
        <Route path="/dashboard/batches" component={BatchesPage} />
        <Route path="/dashboard/batches/:id" component={BatchPage} />
        <Route path="/dashboard/templates" component={TemplatesPage} />
        <Route path="/dashboard/templates/:id" component={TemplatePage} />
        <Route path="/dashboard/senders" component={SendersPage} />
        <Route path="/dashboard/recipients" component={RecipientsPage} />
        <Route path="/dashboard/recipients/:id" component={RecipientPage} />
        <Route path="/dashboard/webhooks" component={WebhooksPage} />
        <Route path="/dashboard/webhooks/:id" component={WebhookPage} />
        <Route path="/dashboard/keys" component={KeysPage} />
        <Route path="/dashboard/rates" component={RatesPage} />
        <Route default component={NotFound} />
      </Router>
    </Shell>
  );
}

/** The page: what signing in leads to, or the sign-in. */
export function App() {
  useEffect(() => void askSession(), []);
  return (
    <LocationProvider scope="/dashboard">
      {session.value === undefined && <Loading />}
      {session.value === null && <SignIn />}
      {session.value != null && <SignedIn />}
      {isOver.value && <SignInAgain />}
      <Toasts />
    </LocationProvider>
  );
}
