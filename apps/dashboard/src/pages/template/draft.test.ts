import { expect, test } from '@jest/globals';
import type { TemplateResource } from '@postroom/contracts';
import { draftBehind, draftOf, emptyDraft, isEdited } from './draft.ts';

const stored: TemplateResource = {
  id: '0199aaaa-0000-7000-8000-000000000001',
  name: 'Welcome',
  subject: 'Hello {{name}}',
  format: 'html',
  status: 'Active',
  senderProfileId: null,
  currentSnapshotId: '0199aaaa-0000-7000-8000-000000000002',
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
  html: '<p>Hello {{name}}</p>',
  source: null,
  text: null,
  sampleData: { name: 'Ada' },
  variables: { required: ['name'], optional: [] },
};

test('a draft is edited once it says something else than what is stored', () => {
  const draft = draftOf(stored);
  expect(isEdited(draft, stored)).toBe(false);
  expect(isEdited({ ...draft, sampleData: '{}' }, stored)).toBe(true);
  expect(isEdited(emptyDraft, null)).toBe(false);
  expect(isEdited({ ...emptyDraft, name: 'Welcome' }, null)).toBe(true);
});

test('an archived template has the same draft', () => {
  expect(isEdited(draftOf(stored), { ...stored, status: 'Archived' })).toBe(false);
});

test('behind a save stands what is stored, and what was typed on meanwhile', () => {
  const sent = { ...draftOf(stored), sampleData: '{"name":"Ada"}' };
  expect(draftBehind({ ...sent }, sent, stored)).toEqual(draftOf(stored));
  const typedOn = { ...sent, subject: 'Hello again' };
  expect(draftBehind(typedOn, sent, stored)).toBe(typedOn);
});
