import { expect, test } from '@jest/globals';
import { partitionNamed, partitionOf, sesEndpointOf } from './partition.ts';

test.each([
  ['eu-central-1', 'aws', 'https://email.eu-central-1.amazonaws.com'],
  ['cn-north-1', 'aws-cn', 'https://email.cn-north-1.amazonaws.com.cn'],
  ['us-gov-west-1', 'aws-us-gov', 'https://email.us-gov-west-1.amazonaws.com'],
  ['eusc-de-east-1', 'aws-eusc', 'https://email.eusc-de-east-1.amazonaws.eu'],
  ['us-iso-east-1', 'aws-iso', 'https://email.us-iso-east-1.c2s.ic.gov'],
  ['us-isob-east-1', 'aws-iso-b', 'https://email.us-isob-east-1.sc2s.sgov.gov'],
])('%s is of %s, where SES is at %s', (region, name, endpoint) => {
  expect(partitionOf(region).name).toBe(name);
  expect(sesEndpointOf(region)).toBe(endpoint);
  expect(partitionNamed(name)).toEqual(partitionOf(region));
});
