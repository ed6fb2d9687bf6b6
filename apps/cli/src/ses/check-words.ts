import type { SetupPlan } from '@postroom/provider-ses';

/** What is typed behind `postroom ses` to prove that the events of a plan arrive. */
export const checkWords = ({ domain, name }: Pick<SetupPlan, 'domain' | 'name'>): string =>
  `check --domain ${domain}${name === 'postroom' ? '' : ` --name ${name}`}`;
