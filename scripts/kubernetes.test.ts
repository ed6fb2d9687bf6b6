import { describe, expect, test } from '@jest/globals';
import {
  apiVariables,
  parseEnv,
  sharedVariables,
  smtpVariables,
  workerVariables,
} from '../packages/process/src/index.ts';
import { serviceOf } from './compose-file.ts';
import {
  allResources,
  type Container,
  ofKind,
  readComponent,
  readKustomization,
  readResources,
  resourceFiles,
} from './kubernetes-files.ts';
import { textOf } from './pages.ts';

const page = textOf('docs/kubernetes.md');
const variables: Readonly<Record<string, object>> = {
  api: apiVariables,
  worker: workerVariables,
  smtp: smtpVariables,
  migrate: { DATABASE_URL: null, DATABASE_POOLER: null },
};
const pods = [...ofKind('Deployment'), ...ofKind('Job')].map(({ metadata, spec }) => {
  const { metadata: podMetadata, spec: pod } = spec.template;
  const [container] = pod.containers;
  return { name: metadata.name, labels: podMetadata.labels, pod, container };
});
const settings = Object.fromEntries(
  (readKustomization().configMapGenerator[0]?.literals ?? []).map((literal) => {
    const at = literal.indexOf('=');
    return [literal.slice(0, at), literal.slice(at + 1)];
  }),
);
const valueSet = ({ env }: Container, name: string) => {
  const entry = env.find((one) => one.name === name);
  return entry !== undefined && 'value' in entry ? entry.value : undefined;
};
const podsOf = (labels: Readonly<Record<string, string>>) =>
  pods
    .filter((one) => Object.entries(labels).every(([key, value]) => one.labels[key] === value))
    .map(({ container }) => container.name)
    .sort();

describe('the files', () => {
  test('each of them is one that its kustomization names, and has what Kubernetes takes and nothing else', () => {
    expect([...readKustomization().resources].sort()).toEqual([...resourceFiles()].sort());
    expect(readKustomization('keda/').resources).toEqual(['../', ...resourceFiles('keda/')]);
    expect(readComponent('smtp/').resources).toEqual(resourceFiles('smtp/'));
    expect(textOf('deploy/kubernetes/kustomization.yaml')).toContain('\n# components: [smtp]\n');
    expect(allResources().length).toBeGreaterThan(10);
  });

  test.each([
    [
      'a misspelt field',
      'livenessProbe:',
      'livenesProbe:',
      'no such field: /spec/template/spec/containers/0/livenesProbe',
    ],
    [
      'a field where Kubernetes has none of that name',
      'replicas:',
      'maxReplicas: 4\n  replicas:',
      'spec/maxReplicas',
    ],
    ['a value of another type', 'replicas: ', 'replicas: two # ', 'data/spec/replicas must be integer'],
    ['a label that is no text', 'component: worker', 'component: {}', 'component must be string'],
    ['a field that stands twice', 'replicas: 2', 'replicas: 2\n  replicas: 3', 'Map keys must be unique'],
  ])('%s is refused', (_what, before, after, message) => {
    const worker = textOf('deploy/kubernetes/worker.yaml');
    expect(worker).toContain(before);
    expect(() => readResources(worker.replace(before, after))).toThrow(message);
  });

  test('no two resources of a kind have one name', () => {
    const names = allResources().map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('the processes', () => {
  test('there are the API, SMTP, the workers and the migration, with the commands of the image', () => {
    const commands = pods.map(({ container }) => [container.name, container.command]);
    expect(Object.fromEntries(commands)).toEqual({
      api: serviceOf('api').command,
      worker: serviceOf('worker').command,
      smtp: serviceOf('smtp').command,
      migrate: serviceOf('migrate').command,
    });
    for (const { container } of pods) expect(container.image).toBe(readKustomization().images[0]?.name);
  });

  test('each variable is one that its process reads, and its value one that it takes', () => {
    for (const { container } of pods) {
      const own = container.env.map(({ name }) => name);
      const shared = container.envFrom.length > 0 ? Object.keys(settings) : [];
      const known = Object.keys(variables[container.name] ?? {});
      expect(own.filter((name) => !known.includes(name))).toEqual([]);
      const readByAny = [apiVariables, workerVariables, smtpVariables].flatMap((read) => Object.keys(read));
      expect(shared.filter((name) => !readByAny.includes(name))).toEqual([]);
      const values = Object.fromEntries(own.map((name) => [name, valueSet(container, name)]));
      const secrets = { DATABASE_URL: 'postgresql://u:p@db/postroom', REDIS_URL: 'redis://redis:6379' };
      const env = { ...secrets, ...settings, ...values, ...secrets };
      const read = {
        api: apiVariables,
        worker: workerVariables,
        smtp: smtpVariables,
        migrate: sharedVariables,
      }[container.name];
      expect(() => parseEnv(read ?? {}, env)).not.toThrow();
    }
  });

  test('secrets are read from one secret, by keys that the page makes', () => {
    const keys = pods.flatMap(({ container }) =>
      container.env.flatMap((entry) => ('valueFrom' in entry ? [entry.valueFrom.secretKeyRef] : [])),
    );
    expect(new Set(keys.map(({ name }) => name))).toEqual(new Set(['postroom']));
    for (const { key } of keys) expect(page).toContain(`--from-literal=${key}=`);
  });

  test('probes ask what is served, at the port that the process is told', () => {
    for (const { container } of pods.filter(({ container: { name } }) => name !== 'migrate')) {
      const ports = new Map(container.ports.map(({ name, containerPort }) => [name, containerPort]));
      const served = container.name === 'api' ? 'http' : 'metrics';
      const portOf: Readonly<Record<string, string>> = { api: 'PORT', smtp: 'SMTP_METRICS_PORT' };
      const told = valueSet(container, portOf[container.name] ?? 'WORKER_PORT');
      expect(String(ports.get(served))).toBe(told);
      const { startupProbe, livenessProbe } = container;
      for (const probe of [startupProbe, livenessProbe]) {
        expect(probe?.httpGet).toEqual({ path: '/healthz', port: served });
      }
    }
    const api = pods.find(({ container: { name } }) => name === 'api');
    expect(api?.container.readinessProbe?.httpGet).toEqual({ path: '/readyz', port: 'http' });
  });

  test('a worker has the time that it needs to finish, and the API a moment more in which it is still asked', () => {
    const env = { DATABASE_URL: 'postgresql://u:p@db/postroom', REDIS_URL: 'redis://redis:6379' };
    const graceOf = (wanted: string) =>
      (pods.find(({ container: { name } }) => name === wanted)?.pod.terminationGracePeriodSeconds ?? 0) *
      1_000;
    expect(graceOf('worker')).toBeGreaterThan(parseEnv(workerVariables, env).SHUTDOWN_TIMEOUT_MS + 3_000);
    expect(graceOf('api')).toBeGreaterThan(5_000 + 10_000);
    expect(graceOf('smtp')).toBeGreaterThan(5_000 + 10_000);
  });

  test('a certificate is a secret that the page makes, where the process reads it', () => {
    const smtp = pods.find(({ container: { name } }) => name === 'smtp');
    const [secret] = (smtp?.pod.volumes ?? []).flatMap((volume) => ('secret' in volume ? [volume] : []));
    const mount = smtp?.container.volumeMounts.find(({ name }) => name === secret?.name);
    expect(page).toContain(`create secret tls ${secret?.secret.secretName} `);
    for (const [name, file] of [
      ['SMTP_TLS_CERT_FILE', 'tls.crt'],
      ['SMTP_TLS_KEY_FILE', 'tls.key'],
    ] as const)
      expect(smtp && valueSet(smtp.container, name)).toBe(`${mount?.mountPath}/${file}`);
  });

  test('what may be written is a folder of its own', () => {
    for (const { pod, container } of pods) {
      expect(container.volumeMounts.map(({ name }) => name)).toEqual(pod.volumes.map(({ name }) => name));
    }
  });
});

describe('what stands beside them', () => {
  test('services, budgets and rules of the network are about pods that are there', () => {
    const served = ofKind('Service').map(({ spec }) => podsOf(spec.selector));
    expect(served).toEqual([['api'], ['api'], ['smtp']]);
    const budgets = ofKind('PodDisruptionBudget').map(({ spec }) => podsOf(spec.selector.matchLabels));
    expect(budgets).toEqual([['api'], ['worker'], ['smtp']]);
    const guarded = ofKind('NetworkPolicy').map(({ spec }) => [
      spec.policyTypes[0],
      ...podsOf(spec.podSelector.matchLabels),
    ]);
    expect(guarded).toEqual([
      ['Ingress', 'api'],
      ['Ingress', 'worker'],
      ['Ingress', 'migrate'],
      ['Egress', 'api', 'migrate', 'smtp', 'worker'],
      ['Ingress', 'smtp'],
    ]);
    for (const { spec } of ofKind('Deployment')) {
      expect(spec.selector.matchLabels).toEqual(spec.template.metadata.labels);
      const { maxUnavailable } = spec.strategy.rollingUpdate;
      expect(maxUnavailable).toBeLessThan(spec.replicas);
    }
  });

  test('only ports that a process listens on are let in', () => {
    for (const { spec } of ofKind('NetworkPolicy')) {
      if (spec.policyTypes[0] !== 'Ingress') continue;
      const listening = pods
        .filter(({ container: { name } }) => podsOf(spec.podSelector.matchLabels).includes(name))
        .flatMap(({ container }) => container.ports.map(({ containerPort }) => containerPort));
      expect((spec.ingress ?? []).flatMap(({ ports }) => ports.map(({ port }) => port)).sort()).toEqual(
        listening.sort(),
      );
    }
  });

  test('KEDA scales the workers by a number that there is, where it is served, and may go down to', () => {
    const [{ spec } = { spec: undefined }] = ofKind('ScaledObject');
    const names = ofKind('Deployment').map(({ metadata }) => metadata.name);
    expect(names).toContain(spec?.scaleTargetRef.name);
    const trigger = spec?.triggers[0].metadata;
    expect(textOf('docs/operating.md')).toContain(`| \`${trigger?.valueLocation}\` | api |`);
    const { hostname, port, pathname } = new URL(trigger?.url ?? '');
    const service = ofKind('Service').find(({ metadata }) => metadata.name === hostname.split('.')[0]);
    expect(service?.spec.ports.map((one) => String(one.port))).toEqual([port]);
    expect(hostname.split('.')[1]).toBe(readKustomization().namespace);
    expect(pathname).toBe('/metrics');
    const [patch] = readKustomization('keda/').patches;
    expect(patch?.target.name).toBe(spec?.scaleTargetRef.name);
  });
});
