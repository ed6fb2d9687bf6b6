import { anything, readAlike, to } from './any-body.ts';
import { KiB, MiB, many, type Rows } from './row.ts';

const template = { name: 'T', subject: 's' };
const data = { a: 'x'.repeat(255 * KiB) };

/** Bodies of templates and of what they are filled with. */
export const templateRows: Rows = {
  'POST /api/v1/templates': [
    ...anything(to('POST', '/templates')),
    ...readAlike(to('POST', '/templates')),
    {
      what: 'html and text as long as they may be',
      ask: to(
        'POST',
        '/templates',
      )(JSON.stringify({ ...template, html: 'x'.repeat(500_000), text: 'y'.repeat(500_000) })),
    },
    {
      what: 'html full of quotes',
      ask: to('POST', '/templates')(JSON.stringify({ ...template, html: '"'.repeat(500_000) })),
    },
    {
      what: 'a long name around many short ones',
      ask: to(
        'POST',
        '/templates',
      )(
        JSON.stringify({
          ...template,
          html: `{{#with [${'a'.repeat(470_000)}]}}${many(2_400, (at) => `{{v${at}}}`).join('')}{{/with}}`,
        }),
      ),
    },
    {
      what: 'a path of 200 parts around 2,300 names',
      ask: to(
        'POST',
        '/templates',
      )(
        JSON.stringify({
          ...template,
          html: `{{#with ${many(200, () => 'a').join('.')}}}${many(2_300, (at) => `{{v${at}}}`).join('')}{{/with}}`,
        }),
      ),
    },
    {
      what: 'as many variables as are kept',
      ask: to('POST', '/templates')(JSON.stringify({ ...template, html: '{{a}}'.repeat(4_900) })),
    },
    {
      what: 'as many variables as are parsed',
      ask: to('POST', '/templates')(JSON.stringify({ ...template, html: '{{a}}'.repeat(19_900) })),
    },
    {
      what: 'sample data as large as it may be',
      ask: to('POST', '/templates')(JSON.stringify({ ...template, html: 'h', sampleData: data })),
    },
  ],
  'PATCH /api/v1/templates/{id}': [
    ...anything(to('PATCH', ({ templateId }) => `/templates/${templateId}`)),
    {
      what: 'html as long as it may be',
      ask: to(
        'PATCH',
        ({ templateId }) => `/templates/${templateId}`,
      )(JSON.stringify({ html: 'z'.repeat(500_000) })),
    },
  ],
  'POST /api/v1/templates/{id}/preview': [
    ...anything(to('POST', ({ templateId }) => `/templates/${templateId}/preview`)),
    {
      what: 'data as large as it may be',
      ask: to('POST', ({ templateId }) => `/templates/${templateId}/preview`)(JSON.stringify({ data })),
    },
    {
      what: 'data of characters that are escaped, again and again',
      ask: async (world) => {
        const html = '{{a}}'.repeat(120);
        const id = await world.make('/templates', { ...template, html });
        const body = JSON.stringify({ data: { a: '&'.repeat(30_000) } });
        // What a mail may have is what a preview may show.
        return { method: 'POST', path: `/api/v1/templates/${id}/preview`, body, storedBytes: 2 * MiB };
      },
    },
  ],
};
