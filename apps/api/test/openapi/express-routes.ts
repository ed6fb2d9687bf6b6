import type { Express } from 'express';

/** A method and a path as the document writes it, such as `GET /api/v1/emails/{id}`. */
export type Route = `${string} ${string}`;

// What Express keeps of a route; its own types leave most of it out.
type Layer = {
  readonly rawPath?: unknown;
  readonly slash?: unknown;
  readonly handle?: unknown;
  readonly route?: { readonly path: unknown; readonly methods: Readonly<Record<string, unknown>> };
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  (typeof value === 'object' || typeof value === 'function') && value !== null && 'constructor' in value;

const layersOf = (router: unknown): readonly Layer[] =>
  isObject(router) && 'stack' in router && Array.isArray(router.stack) ? router.stack : [];

/** The paths of a layer or a route; throws for what cannot be told, so that no route is missed. */
function pathsOf(path: unknown): readonly string[] {
  const paths: readonly unknown[] = Array.isArray(path) ? path : [path];
  return paths.map((one) => {
    if (typeof one === 'string') return one === '/' ? '' : one;
    throw new Error(`a route whose path is no text: ${String(one)}`);
  });
}

function walk(router: unknown, within: string): readonly Route[] {
  return layersOf(router).flatMap(({ route, rawPath, handle }): readonly Route[] => {
    if (route === undefined) {
      const inner = layersOf(handle);
      return inner.length === 0 ? [] : pathsOf(rawPath).flatMap((path) => walk(handle, within + path));
    }
    const methods = Object.keys(route.methods).map((method) => method.toUpperCase());
    return pathsOf(route.path).flatMap((path) => {
      const shown = `${within}${path}`.replace(/:(\w+)/g, '{$1}');
      return methods.map((method): Route => `${method} ${shown}`);
    });
  });
}

/** Every route that an application has, those of the routers in it among them. */
export const expressRoutes = (app: Express): readonly Route[] => walk(app.router, '');
