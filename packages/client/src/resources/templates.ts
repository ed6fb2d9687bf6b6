import type { Result } from '../result.ts';
import { hasFields } from '../transport/read-answer.ts';
import type { CallOptions, Transport } from '../transport/transport.ts';
import type {
  CreateTemplate,
  Template,
  TemplateFilters,
  TemplatePreview,
  TemplateSummary,
  TemplateVersion,
  TemplateVersions,
} from '../types/resources.ts';
import { collection } from './collection.ts';

const route = 'templates';

/** `/templates`: what items are rendered from. */
export function createTemplates(transport: Transport) {
  const isResource = hasFields<Template>('id', 'currentSnapshotId');
  const { act, create, get, list, listAll, update } = collection<
    Template,
    CreateTemplate,
    TemplateFilters,
    TemplateSummary
  >({
    transport,
    route,
    isResource,
  });
  return {
    create,
    get,
    list,
    listAll,
    update,
    /** Takes a template out of use; sends that were accepted earlier are not touched. */
    archive: (id: string, options?: CallOptions): Promise<Result<Template>> =>
      act({ method: 'POST', path: [id, 'archive'], effect: 'idempotent', isAnswer: isResource }, options),
    unarchive: (id: string, options?: CallOptions): Promise<Result<Template>> =>
      act({ method: 'POST', path: [id, 'unarchive'], effect: 'idempotent', isAnswer: isResource }, options),
    /** Its last versions, newest first; a change of subject, html, source or text makes one. */
    versions: (id: string, options?: CallOptions): Promise<Result<TemplateVersions>> =>
      transport.call({
        method: 'GET',
        path: [route, id, 'versions'],
        effect: 'none',
        isAnswer: hasFields<TemplateVersions>('data'),
        options,
      }),
    /**
     * One of them with its content. `update` with its `format`, `subject` and `text`, and its `html` where `format` is `html`, its
     * `source` where it is `mjml`, makes it the newest.
     */
    version: (id: string, version: number, options?: CallOptions): Promise<Result<TemplateVersion>> =>
      transport.call({
        method: 'GET',
        path: [route, id, 'versions', String(version)],
        effect: 'none',
        isAnswer: hasFields<TemplateVersion>('version', 'html'),
        options,
      }),
    duplicate: (id: string, options?: CallOptions): Promise<Result<Template>> =>
      act({ method: 'POST', path: [id, 'duplicate'], effect: 'once', isAnswer: isResource }, options),
    /** What the template comes to with this data, or with its sample data; nothing is sent. */
    preview: (
      id: string,
      data?: Readonly<Record<string, unknown>>,
      options?: CallOptions,
    ): Promise<Result<TemplatePreview>> =>
      act(
        {
          method: 'POST',
          path: [id, 'preview'],
          body: { data },
          effect: 'none',
          isAnswer: hasFields<TemplatePreview>('subject', 'missing'),
        },
        options,
      ),
  };
}
