import type { TemplatePreview } from '@postroom/contracts';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Failure } from '../../api/answer.ts';
import { call } from '../../api/call.ts';
import { session } from '../../api/session.ts';
import { contentOf, type Draft, dataOf } from './draft.ts';

/** What a draft comes to: the last preview there was, and why there is no newer one. */
export type Previewed = {
  readonly preview: TemplatePreview | null;
  readonly failure: Failure | null;
};

/** How long typing has to rest before it is shown, in milliseconds. */
const restMs = 350;

/** Shows what a draft comes to, once typing rests. */
export function usePreview(draft: Draft): Previewed {
  const [state, setState] = useState<Previewed>({ preview: null, failure: null });
  const asked = useRef(0);
  const { sampleData } = draft;
  const asking = JSON.stringify(contentOf(draft));
  useEffect(() => {
    const data = dataOf(sampleData);
    if (data.kind === 'bad') return;
    const ask = async () => {
      asked.current += 1;
      const mine = asked.current;
      const answer = await call<TemplatePreview>('POST', '/dashboard/api/template-previews', {
        json: { ...contentOf(draft), data: data.value },
      });
      if (mine !== asked.current) return;
      setState(({ preview }) =>
        answer.kind === 'ok'
          ? { preview: answer.value, failure: null }
          : { preview, failure: answer.failure },
      );
    };
    const timer = setTimeout(() => void ask(), restMs);
    return () => clearTimeout(timer);
  }, [asking, sampleData, session.value]);
  return state;
}
