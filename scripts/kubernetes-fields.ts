import { ScaledObject } from '@kubernetes-models/keda/keda.sh/v1alpha1/ScaledObject';
import { Deployment } from 'kubernetes-models/apps/v1/Deployment';
import { Job } from 'kubernetes-models/batch/v1/Job';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import { Namespace } from 'kubernetes-models/v1/Namespace';
import { Service } from 'kubernetes-models/v1/Service';
import { ServiceAccount } from 'kubernetes-models/v1/ServiceAccount';
import * as z from 'zod';

/** Of each kind what checks the fields of one. */
const models = new Map<string, { readonly prototype: { validate(): void } }>(
  Object.entries({
    Deployment,
    Job,
    Namespace,
    NetworkPolicy,
    PodDisruptionBudget,
    ScaledObject,
    Service,
    ServiceAccount,
  }),
);

const kinds = z.object({ kind: z.string() });

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** The same value, of which every field that somebody looks at is noted by its path. */
function watched(value: unknown, note: (path: string) => void, path = ''): unknown {
  if (!isObject(value)) return value;
  return new Proxy(value, {
    get: (target, name) => {
      const here = `${path}/${String(name)}`;
      note(here);
      return watched(Reflect.get(target, name), note, here);
    },
  });
}

const pathsIn = (value: unknown, path = ''): readonly string[] =>
  isObject(value)
    ? Object.entries(value).flatMap(([name, one]) => [`${path}/${name}`, ...pathsIn(one, `${path}/${name}`)])
    : [];

/**
 * Throws for what the API of Kubernetes, or of KEDA, would refuse in a resource: by its published schemas, and for each field that is
 * none of theirs, as `kubectl apply --validate=strict` would. The schemas let such fields pass, since what is compiled of
 * them looks at those that it knows and at no other; that is how the others are told.
 */
export function checkFields(resource: unknown): void {
  const { kind } = kinds.parse(resource);
  const model = models.get(kind);
  if (model === undefined) throw new Error(`no such kind here: ${kind}`);
  const seen = new Set<string>();
  const noting = watched(resource, (path) => seen.add(path));
  Reflect.apply(model.prototype.validate, noting, []);
  const unknown = pathsIn(resource).filter((path) => !seen.has(path));
  if (unknown.length > 0) throw new Error(`no such field: ${unknown.join(', ')}`);
}
