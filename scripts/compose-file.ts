import { parse } from 'yaml';
import * as z from 'zod';
import { textOf } from './pages.ts';

const serviceSchema = z.object({
  image: z.string(),
  build: z.string().optional(),
  command: z.array(z.string()).optional(),
  env_file: z.string().optional(),
  environment: z.record(z.string(), z.union([z.string(), z.number(), z.null()])).default({}),
  init: z.boolean().default(false),
  user: z.string().optional(),
  read_only: z.boolean().default(false),
  tmpfs: z.array(z.string()).default([]),
  cap_drop: z.array(z.string()).default([]),
  security_opt: z.array(z.string()).default([]),
  mem_limit: z.string().optional(),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  profiles: z.array(z.string()).default([]),
  depends_on: z
    .record(z.string(), z.object({ condition: z.string(), required: z.boolean().default(true) }))
    .default({}),
  healthcheck: z.union([z.object({ test: z.array(z.string()) }), z.object({ disable: z.literal(true) })]),
  restart: z.string(),
  stop_grace_period: z.string().optional(),
  container_name: z.string().optional(),
  deploy: z.object({ replicas: z.string() }).optional(),
});

/** What is used of the Compose specification; anything that is not of this shape throws. */
const composeSchema = z.object({
  services: z.record(z.string(), serviceSchema),
  volumes: z.record(z.string(), z.null()),
});

/** One service of docker-compose.yml. */
export type ComposeService = z.infer<typeof serviceSchema>;

/** Reads docker-compose.yml, with its anchors merged. */
export function readCompose(): z.infer<typeof composeSchema> {
  return composeSchema.parse(parse(textOf('docker-compose.yml'), { merge: true }));
}

/** A service by its name; throws when there is none. */
export function serviceOf(name: string): ComposeService {
  const service = readCompose().services[name];
  if (service === undefined) throw new Error(`docker-compose.yml has no service ${name}`);
  return service;
}
