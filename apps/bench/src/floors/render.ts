import Handlebars from 'handlebars';
import { template, type Variables, variablesFrom } from '../load/content.ts';
import type { Floor } from './floor.ts';

/** The template of the bench, subject and html, rendered by Handlebars alone with different data each time. */
export function openRender(): Floor {
  const subject = Handlebars.compile(template.subject);
  const html = Handlebars.compile(template.html);
  const nextVariables = variablesFrom(1);
  let data: Variables[] = [];
  return {
    prepare: ({ calls, emailsPerCall }) => {
      data = Array.from({ length: calls * emailsPerCall }, nextVariables);
    },
    run: () => {
      const startedAt = performance.now();
      let characters = 0;
      for (const variables of data) characters += subject(variables).length + html(variables).length;
      if (characters === 0) throw new Error('nothing was rendered');
      return { seconds: (performance.now() - startedAt) / 1000, latenciesMs: [] };
    },
  };
}
