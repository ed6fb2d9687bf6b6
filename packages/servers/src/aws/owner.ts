const account = '123456789012';

/** Whose account the fakes of AWS are, and who calls them. */
export const fakeOwner = {
  account,
  region: 'us-east-1',
  caller: `arn:aws:iam::${account}:user/postroom`,
} as const;

/** The ARN of something of the fake account in the fake region. */
export const fakeArn = (service: string, name: string) =>
  `arn:aws:${service}:${fakeOwner.region}:${fakeOwner.account}:${name}`;
