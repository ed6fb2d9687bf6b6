import { readdirSync } from 'node:fs';
import { parse, parseAllDocuments } from 'yaml';
import * as z from 'zod';
import { checkFields } from './kubernetes-fields.ts';
import { textOf } from './pages.ts';

/*
 * What is asked of the resources of Kubernetes beside that they are some (`checkFields`), and what tests read of them. Its own
 * files of Kustomize, and what KEDA hands on to a scaler, have no schema that could be had: they are strict here.
 */

const strings = z.record(z.string(), z.string());
const metadata = z.object({ name: z.string() });
const selector = z.object({ matchLabels: strings });

const probe = z.object({ httpGet: z.object({ path: z.string(), port: z.union([z.string(), z.int()]) }) });

const envEntry = z.union([
  z.object({ name: z.string(), value: z.string() }),
  z.object({
    name: z.string(),
    valueFrom: z.object({ secretKeyRef: z.object({ name: z.string(), key: z.string() }) }),
  }),
]);

const container = z.object({
  name: z.string(),
  image: z.string(),
  command: z.array(z.string()),
  envFrom: z.array(z.unknown()).default([]),
  env: z.array(envEntry).default([]),
  ports: z.array(z.object({ name: z.string(), containerPort: z.int() })).default([]),
  startupProbe: probe.optional(),
  livenessProbe: probe.optional(),
  readinessProbe: probe.optional(),
  resources: z.object({
    requests: z.object({ cpu: z.string(), memory: z.string() }),
    limits: z.object({ memory: z.string() }),
  }),
  securityContext: z.object({
    allowPrivilegeEscalation: z.literal(false),
    readOnlyRootFilesystem: z.literal(true),
    capabilities: z.object({ drop: z.tuple([z.literal('ALL')]) }),
  }),
  volumeMounts: z.array(z.object({ name: z.string(), mountPath: z.string() })),
});

const podSpec = z.object({
  serviceAccountName: z.string(),
  automountServiceAccountToken: z.literal(false),
  terminationGracePeriodSeconds: z.int().optional(),
  securityContext: z.object({
    runAsNonRoot: z.literal(true),
    runAsUser: z.int().positive(),
    runAsGroup: z.int().positive(),
    seccompProfile: z.object({ type: z.literal('RuntimeDefault') }),
  }),
  containers: z.tuple([container]),
  volumes: z.array(
    z.union([
      z.object({ name: z.string(), secret: z.object({ secretName: z.string() }) }),
      z.object({ name: z.string(), emptyDir: z.object({}) }),
    ]),
  ),
});

const template = z.object({ metadata: z.object({ labels: strings }), spec: podSpec });

const deployment = z.object({
  kind: z.literal('Deployment'),
  metadata,
  spec: z.object({
    replicas: z.int(),
    selector,
    strategy: z.object({ rollingUpdate: z.object({ maxUnavailable: z.int() }) }),
    template,
  }),
});

const job = z.object({ kind: z.literal('Job'), metadata, spec: z.object({ template }) });

const service = z.object({
  kind: z.literal('Service'),
  metadata,
  spec: z.object({ selector: strings, ports: z.array(z.object({ port: z.int() })) }),
});

const disruptionBudget = z.object({
  kind: z.literal('PodDisruptionBudget'),
  metadata,
  spec: z.object({ selector }),
});

const networkPolicy = z.object({
  kind: z.literal('NetworkPolicy'),
  metadata,
  spec: z.object({
    podSelector: selector,
    policyTypes: z.tuple([z.enum(['Ingress', 'Egress'])]),
    ingress: z.array(z.object({ ports: z.array(z.object({ port: z.int() })) })).optional(),
  }),
});

const namespace = z.object({ kind: z.literal('Namespace'), metadata });
const serviceAccount = z.object({
  kind: z.literal('ServiceAccount'),
  metadata,
  automountServiceAccountToken: z.literal(false),
});

const scaledObject = z.object({
  kind: z.literal('ScaledObject'),
  metadata,
  spec: z.object({
    scaleTargetRef: z.object({ name: z.string() }),
    triggers: z.tuple([
      z.object({
        type: z.literal('metrics-api'),
        metadata: z.strictObject({
          url: z.url(),
          format: z.literal('prometheus'),
          valueLocation: z.string(),
          targetValue: z.string(),
        }),
      }),
    ]),
  }),
});

const kustomization = z.strictObject({
  apiVersion: z.literal('kustomize.config.k8s.io/v1beta1'),
  kind: z.literal('Kustomization'),
  namespace: z.string(),
  resources: z.array(z.string()),
  images: z.array(z.strictObject({ name: z.string(), newName: z.string(), newTag: z.string() })).default([]),
  configMapGenerator: z
    .array(z.strictObject({ name: z.string(), literals: z.array(z.string()) }))
    .default([]),
  patches: z
    .array(
      z.strictObject({
        target: z.strictObject({ kind: z.string(), name: z.string() }),
        patch: z.string(),
      }),
    )
    .default([]),
});

const component = z.strictObject({
  apiVersion: z.literal('kustomize.config.k8s.io/v1alpha1'),
  kind: z.literal('Component'),
  resources: z.array(z.string()),
});

const resource = z.discriminatedUnion('kind', [
  deployment,
  job,
  service,
  disruptionBudget,
  networkPolicy,
  namespace,
  serviceAccount,
  scaledObject,
]);

type Resource = z.infer<typeof resource>;
/** One process as it runs in a pod. */
export type Container = z.infer<typeof container>;

const folder = 'deploy/kubernetes';

/** Reads the `kustomization.yaml` of a folder below `deploy/kubernetes`, or of that itself. */
export const readKustomization = (below = ''): z.infer<typeof kustomization> =>
  kustomization.parse(parse(textOf(`${folder}/${below}kustomization.yaml`)));

/** Reads that of a part that the kustomization may take in, or leave out. */
export const readComponent = (below: string): z.infer<typeof component> =>
  component.parse(parse(textOf(`${folder}/${below}kustomization.yaml`)));

/** The files of that folder that hold resources. */
export const resourceFiles = (below = ''): readonly string[] =>
  readdirSync(new URL(`../${folder}/${below}`, import.meta.url)).filter(
    (name) => name.endsWith('.yaml') && name !== 'kustomization.yaml',
  );

/** Each resource of a text; throws for what Kubernetes would refuse, and for a field that it does not know. */
export const readResources = (text: string): readonly Resource[] =>
  parseAllDocuments(text).map((document) => {
    for (const error of document.errors) throw error;
    const read: unknown = document.toJS();
    checkFields(read);
    return resource.parse(read);
  });

/** All resources, those of SMTP and of KEDA among them. */
export const allResources = (): readonly Resource[] =>
  ['', 'smtp/', 'keda/'].flatMap((below) =>
    resourceFiles(below).flatMap((name) => readResources(textOf(`${folder}/${below}${name}`))),
  );

/** The resources of a kind. */
export const ofKind = <Kind extends Resource['kind']>(
  kind: Kind,
): readonly Extract<Resource, { kind: Kind }>[] =>
  allResources().filter((one): one is Extract<Resource, { kind: Kind }> => one.kind === kind);
