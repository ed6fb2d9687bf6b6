import { toTypeId } from '@postroom/contracts';

const send = '01a20167-d6aa-7109-b97c-1eb707aa4c10';
const batch = '01a20167-d6b4-7511-8109-3791d22b843b';

/** The ids that examples use, so that whoever tries one can put ids of their own in their place. */
export const exampleIds = {
  send,
  /** The same send in the emails dialect. */
  email: toTypeId(send),
  otherEmail: toTypeId('01a20167-d6ab-74f2-8d10-5cc0a91e7b22'),
  batch,
  message: '01a20167-d6b5-7490-bc77-8c743c633dfb',
  template: '01a20167-d4ed-777d-a382-ef901be53203',
  snapshot: '01a20167-d4de-7654-9596-9b8daff72faa',
  senderProfile: '01a20167-d051-7589-b6db-335e487866d4',
  domain: '01a20167-cf20-7a11-8c5d-2f4b6a8c0e12',
  profile: '01a20167-d6a8-7410-8b4e-bce3bc09111e',
  subscriptionGroup: '01a20167-d2c4-7e0b-9d3a-6b1f0c5e8a77',
  erasure: '01a20167-d7b1-7c04-b5a9-3e6d81f09c2b',
  action: '01a20167-d7d2-7e81-8c0f-4b6a2d9e1f53',
  exportAction: '01a20167-d7d5-7a19-9b3c-7f0e5c2d8a64',
  workspace: '01a20167-c801-7c5d-a3b2-6e9f10d4c872',
  webhook: '01a20167-d8c0-7a3e-9f21-5b7d90e1c4a8',
  delivery: '01a20167-d8f4-7d10-8e6b-2c9a14f05b37',
  apiKey: '01a20167-c9f3-7b62-a4e1-90d2c3b4a5f6',
  /** The signed part of a link in a message. */
  linkToken: 'AaIBZ9aqcQm5fB63B6pMEHZq0bT3XkLw8cYt1rJd9eE',
  confirmToken: 'AaIBZ9aqcQm5fB63B6pMEHZq0cV5YmNx2dZu3sKe7fG',
  /** The signed part of a tracked link. */
  clickToken: 'AaIBZ9aqcQm5fB63B6pMEClickT3XkLw8cYt1rJd9eFkZXIxMDAx',
  openToken: 'AaIBZ9aqcQm5fB63B6pMEOpenTbT3XkLw8cYt1rJd9eE',
  hostChallenge: 'c2VuZGVyLXByb2ZpbGUtaG9zdC1jaGFsbGVuZ2UtMTI',
} as const;

/** Times that examples use. */
export const exampleTimes = {
  created: '2026-11-22T03:58:32.119Z',
  updated: '2026-11-22T03:58:34.502Z',
  /** When a scheduled send is due. */
  due: '2026-11-24T18:00:00+01:00',
} as const;
