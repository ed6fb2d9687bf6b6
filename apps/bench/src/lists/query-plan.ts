import type { PrismaClient } from '@postroom/db';
import * as z from 'zod';

const nodeSchema = z.object({
  'Node Type': z.string(),
  'Index Name': z.string().optional(),
  'Relation Name': z.string().optional(),
  'Scan Direction': z.string().optional(),
  'Subplan Name': z.string().optional(),
  get Plans(): z.ZodOptional<z.ZodArray<typeof nodeSchema>> {
    return z.array(nodeSchema).optional();
  },
});
type PlanNode = z.infer<typeof nodeSchema>;

const explainedSchema = z.tuple([z.object({ 'QUERY PLAN': z.tuple([z.object({ Plan: nodeSchema })]) })]);

/** The topmost nodes are shown down to this depth. */
const maxDepth = 7;

function nameOf(node: PlanNode): string {
  const over = node['Index Name'] ?? node['Relation Name'];
  const direction = node['Scan Direction'] === 'Backward' ? ' Backward' : '';
  const subplan = node['Subplan Name'];
  const where = over === undefined ? '' : ` on ${over}`;
  return `${subplan === undefined ? '' : `[${subplan}] `}${node['Node Type']}${direction}${where}`;
}

/** The lines of a plan, indented; neighbours that look alike are one line. */
function linesOf(node: PlanNode, depth = 0): string[] {
  if (depth > maxDepth) return [];
  const below = (node.Plans ?? []).map((plan) => linesOf(plan, depth + 1));
  const alike = new Map<string, { readonly lines: readonly string[]; times: number }>();
  for (const lines of below) {
    const key = lines.join('\n').replaceAll(/\[SubPlan \d+\]/g, '[SubPlan]');
    const known = alike.get(key);
    if (known === undefined) alike.set(key, { lines, times: 1 });
    else known.times += 1;
  }
  const shown = [...alike.values()].flatMap(({ lines, times }) => {
    const [first = '', ...rest] = lines;
    return [times === 1 ? first : first.replace(/^ */, (indent) => `${indent}${times} x `), ...rest];
  });
  return [`${'  '.repeat(depth)}${nameOf(node)}`, ...shown];
}

type Tagged = readonly [TemplateStringsArray, ...(readonly unknown[])];

/** A statement that passed, and the settings that its transaction began with. */
type Passed = { readonly statement: Tagged; settings: Tagged | null };

/**
 * A client whose queries are answered as always and remembered: `plans` has the topmost nodes of each, as the planner runs
 * it with the same values and settings.
 */
export function explaining(prisma: PrismaClient): {
  readonly prisma: PrismaClient;
  plans(): Promise<readonly (readonly string[])[]>;
} {
  const passed: Passed[] = [];
  const watching = {
    $queryRaw: (...statement: Tagged) => {
      passed.push({ statement, settings: null });
      return prisma.$queryRaw(...statement);
    },
    // A transaction's statement is made before its settings.
    $executeRaw: (...settings: Tagged) => {
      const last = passed.at(-1);
      if (last !== undefined) last.settings = settings;
      return prisma.$executeRaw(...settings);
    },
  };
  const explain = async ({ statement: [strings, ...values], settings }: Passed): Promise<string[]> => {
    const [first = '', ...rest] = strings;
    const texts = [`EXPLAIN (FORMAT JSON) ${first}`, ...rest];
    const rows = await prisma.$transaction([
      ...(settings === null ? [] : [prisma.$executeRaw(...settings)]),
      prisma.$queryRaw(Object.assign(texts, { raw: texts }), ...values),
    ]);
    const [{ 'QUERY PLAN': plan }] = explainedSchema.parse(rows.at(-1));
    return linesOf(plan[0].Plan);
  };
  const watched = new Proxy(prisma, {
    get: (target, key, receiver): unknown =>
      key === '$queryRaw' || key === '$executeRaw' ? watching[key] : Reflect.get(target, key, receiver),
  });
  return {
    prisma: watched,
    plans: async () => {
      const plans: string[][] = [];
      for (const one of passed) plans.push(await explain(one));
      return plans;
    },
  };
}
