import { readdirSync } from 'node:fs';
import { parse, parseAllDocuments } from 'yaml';
import * as z from 'zod';
import { textOf } from './pages.ts';

/*
 * What is used of Kubernetes, in strict schemas: a field that is misspelt, or stands where Kubernetes has none of that name,
 * throws, as `kubectl apply --validate=strict` would have it.
 */

const strings = z.record(z.string(), z.string());
const metadata = z.strictObject({ name: z.string(), labels: strings.optional() });
const selector = z.strictObject({ matchLabels: strings });
const quantity = z.string().regex(/^\d+(?:m|Mi|Gi)?$/);

const httpGet = z.strictObject({ path: z.string(), port: z.union([z.string(), z.int()]) });
const probe = z.strictObject({
  httpGet,
  periodSeconds: z.int().optional(),
  timeoutSeconds: z.int().optional(),
  failureThreshold: z.int().optional(),
});

const envEntry = z.union([
  z.strictObject({ name: z.string(), value: z.string() }),
  z.strictObject({
    name: z.string(),
    valueFrom: z.strictObject({
      secretKeyRef: z.strictObject({ name: z.string(), key: z.string(), optional: z.boolean().optional() }),
    }),
  }),
]);

const container = z.strictObject({
  name: z.string(),
  image: z.string(),
  command: z.array(z.string()),
  envFrom: z.array(z.strictObject({ configMapRef: z.strictObject({ name: z.string() }) })).default([]),
  env: z.array(envEntry).default([]),
  ports: z.array(z.strictObject({ name: z.string(), containerPort: z.int() })).default([]),
  startupProbe: probe.optional(),
  livenessProbe: probe.optional(),
  readinessProbe: probe.optional(),
  lifecycle: z
    .strictObject({
      preStop: z.strictObject({ exec: z.strictObject({ command: z.array(z.string()) }) }),
    })
    .optional(),
  resources: z.strictObject({
    requests: z.strictObject({ cpu: quantity, memory: quantity }),
    limits: z.strictObject({ memory: quantity }),
  }),
  securityContext: z.strictObject({
    allowPrivilegeEscalation: z.literal(false),
    readOnlyRootFilesystem: z.literal(true),
    capabilities: z.strictObject({ drop: z.tuple([z.literal('ALL')]) }),
  }),
  volumeMounts: z.array(
    z.strictObject({ name: z.string(), mountPath: z.string(), readOnly: z.boolean().optional() }),
  ),
});

const podSpec = z.strictObject({
  restartPolicy: z.enum(['OnFailure']).optional(),
  serviceAccountName: z.string(),
  automountServiceAccountToken: z.literal(false),
  terminationGracePeriodSeconds: z.int().optional(),
  securityContext: z.strictObject({
    runAsNonRoot: z.literal(true),
    runAsUser: z.int().positive(),
    runAsGroup: z.int().positive(),
    seccompProfile: z.strictObject({ type: z.literal('RuntimeDefault') }),
  }),
  topologySpreadConstraints: z
    .array(
      z.strictObject({
        maxSkew: z.int(),
        topologyKey: z.string(),
        whenUnsatisfiable: z.enum(['ScheduleAnyway', 'DoNotSchedule']),
        labelSelector: selector,
      }),
    )
    .optional(),
  containers: z.tuple([container]),
  volumes: z.array(
    z.union([
      z.strictObject({ name: z.string(), emptyDir: z.strictObject({}) }),
      z.strictObject({ name: z.string(), secret: z.strictObject({ secretName: z.string() }) }),
    ]),
  ),
});

const template = z.strictObject({ metadata: z.strictObject({ labels: strings }), spec: podSpec });

const deployment = z.strictObject({
  apiVersion: z.literal('apps/v1'),
  kind: z.literal('Deployment'),
  metadata,
  spec: z.strictObject({
    replicas: z.int(),
    selector,
    strategy: z.strictObject({
      type: z.literal('RollingUpdate'),
      rollingUpdate: z.strictObject({ maxSurge: z.int(), maxUnavailable: z.int() }),
    }),
    template,
  }),
});

const job = z.strictObject({
  apiVersion: z.literal('batch/v1'),
  kind: z.literal('Job'),
  metadata,
  spec: z.strictObject({
    backoffLimit: z.int(),
    activeDeadlineSeconds: z.int(),
    ttlSecondsAfterFinished: z.int(),
    template,
  }),
});

const service = z.strictObject({
  apiVersion: z.literal('v1'),
  kind: z.literal('Service'),
  metadata,
  spec: z.strictObject({
    selector: strings,
    ports: z.array(z.strictObject({ name: z.string(), port: z.int(), targetPort: z.string() })),
  }),
});

const disruptionBudget = z.strictObject({
  apiVersion: z.literal('policy/v1'),
  kind: z.literal('PodDisruptionBudget'),
  metadata,
  spec: z.strictObject({
    minAvailable: z.int().optional(),
    maxUnavailable: z.int().optional(),
    selector,
  }),
});

const peer = z.strictObject({
  namespaceSelector: z.strictObject({
    matchLabels: strings.optional(),
    matchExpressions: z
      .array(z.strictObject({ key: z.string(), operator: z.enum(['In']), values: z.array(z.string()) }))
      .optional(),
  }),
});
const ports = z.array(z.strictObject({ protocol: z.enum(['TCP', 'UDP']), port: z.int() }));

const networkPolicy = z.strictObject({
  apiVersion: z.literal('networking.k8s.io/v1'),
  kind: z.literal('NetworkPolicy'),
  metadata,
  spec: z.strictObject({
    podSelector: selector,
    policyTypes: z.tuple([z.enum(['Ingress', 'Egress'])]),
    ingress: z.array(z.strictObject({ from: z.array(peer).optional(), ports })).optional(),
    egress: z.array(z.strictObject({ ports })).optional(),
  }),
});

const namespace = z.strictObject({ apiVersion: z.literal('v1'), kind: z.literal('Namespace'), metadata });
const serviceAccount = z.strictObject({
  apiVersion: z.literal('v1'),
  kind: z.literal('ServiceAccount'),
  metadata,
  automountServiceAccountToken: z.literal(false),
});

const scaledObject = z.strictObject({
  apiVersion: z.literal('keda.sh/v1alpha1'),
  kind: z.literal('ScaledObject'),
  metadata,
  spec: z.strictObject({
    scaleTargetRef: z.strictObject({ name: z.string() }),
    minReplicaCount: z.int(),
    maxReplicaCount: z.int(),
    pollingInterval: z.int(),
    cooldownPeriod: z.int(),
    fallback: z.strictObject({ failureThreshold: z.int(), replicas: z.int() }),
    triggers: z.tuple([
      z.strictObject({
        type: z.literal('metrics-api'),
        metricType: z.literal('AverageValue'),
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

/** Each resource of a text; throws for a field that is not known. */
export const readResources = (text: string): readonly Resource[] =>
  parseAllDocuments(text).map((document) => resource.parse(document.toJS()));

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
