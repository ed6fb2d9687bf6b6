/** A partition of AWS: its name in ARNs, and what its hosts end with. */
export type Partition = { readonly name: string; readonly suffix: string };

/** By how the names of its regions begin; the last is what none of the others is. */
const partitions: readonly (Partition & { readonly regions: string })[] = [
  { regions: 'cn-', name: 'aws-cn', suffix: 'amazonaws.com.cn' },
  { regions: 'us-gov-', name: 'aws-us-gov', suffix: 'amazonaws.com' },
  { regions: 'eusc-', name: 'aws-eusc', suffix: 'amazonaws.eu' },
  { regions: 'us-iso-', name: 'aws-iso', suffix: 'c2s.ic.gov' },
  { regions: 'us-isob-', name: 'aws-iso-b', suffix: 'sc2s.sgov.gov' },
  { regions: 'eu-isoe-', name: 'aws-iso-e', suffix: 'cloud.adc-e.uk' },
  { regions: 'us-isof-', name: 'aws-iso-f', suffix: 'csp.hci.ic.gov' },
];
const usual: Partition = { name: 'aws', suffix: 'amazonaws.com' };

/** The partition that a region is of. */
export const partitionOf = (region: string): Partition =>
  partitions.find(({ regions }) => region.startsWith(regions)) ?? usual;

/** The partition of a name; @postroom/process, which sees no package, has the names as well. */
export const partitionNamed = (name: string): Partition | undefined =>
  [usual, ...partitions].find((partition) => partition.name === name);

/** What hosts may end with, in any partition. */
export const hostSuffixes: readonly string[] = [usual, ...partitions].map(({ suffix }) => suffix);

/** Where SES is asked in a region, when nobody says otherwise. */
export const sesEndpointOf = (region: string): string =>
  `https://email.${region}.${partitionOf(region).suffix}`;
