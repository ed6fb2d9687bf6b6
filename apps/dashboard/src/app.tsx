import { useEffect } from 'preact/hooks';
import { LocationProvider, Route, Router } from 'preact-iso';
import { askSession, session } from './api/session.ts';
import { listen } from './live/now-stream.ts';
import { NotFound } from './pages/not-found.tsx';
import { NowPage } from './pages/now.tsx';
import { SendPage } from './pages/send.tsx';
import { SendsPage } from './pages/sends.tsx';
import { SignIn } from './pages/sign-in.tsx';
import { Loading, Toasts } from './ui/notice.tsx';
import { Shell } from './ui/shell.tsx';

function SignedIn() {
  useEffect(listen, []);
  return (
    <Shell>
      <Router onRouteChange={() => document.getElementById('main')?.scrollTo(0, 0)}>
        <Route path="/dashboard" component={NowPage} />
        <Route path="/dashboard/sends" component={SendsPage} />
        <Route path="/dashboard/sends/:id" component={SendPage} />
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
      <Toasts />
    </LocationProvider>
  );
}
