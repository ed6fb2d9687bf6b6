import { expect, test } from '@jest/globals';
import { deadLinksOf, linkRefusal, marketingRefusal } from './link-places.ts';

const plain = {
  subscriptionGroupId: null,
  confirmsGroupId: null,
  trackClicks: false,
  trackOpens: false,
  trackingHost: null,
};
const sends = {
  'of a group': { ...plain, subscriptionGroupId: 'group' },
  'that asks': { ...plain, confirmsGroupId: 'group' },
  'with clicks': { ...plain, trackClicks: true },
  'with opens': { ...plain, trackOpens: true },
  'with a host of its own': { ...plain, trackClicks: true, trackingHost: 'https://links.example.com' },
  'without links of ours': plain,
};

/** What is refused where, of which kind: by the API for marketing, by it for other links, and by the worker. */
const refused = (publicUrl: string, isReal: boolean) => {
  const places = { publicUrl, isReal };
  return [
    marketingRefusal(places) !== null,
    linkRefusal(places) !== null,
    Object.entries(sends).flatMap(([name, send]) => (deadLinksOf(send, places) === null ? [] : [name])),
  ];
};

test.each([
  'http://localhost:3001',
  'https://localhost:3001',
  'https://app.localhost',
  'https://127.0.0.1',
  'https://[::1]',
])(
  'with links to %s, which leads to the machine itself, real mail with any of them is refused',
  (publicUrl) => {
    const dead = ['of a group', 'that asks', 'with clicks', 'with opens'];
    expect(refused(publicUrl, true)).toEqual([true, true, dead]);
    expect(refused(publicUrl, false)).toEqual([false, false, []]);
  },
);

test('without https marketing alone is refused, which takes one click', () => {
  expect(refused('http://mail.example.com', true)).toEqual([true, false, ['of a group']]);
});

test.each(['https://mail.example.com/post', 'https://localhost.example.com'])(
  'with links to %s all is taken',
  (url) => {
    expect(refused(url, true)).toEqual([false, false, []]);
  },
);
