import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FOLD_CONFLICT } from '../../domain/folding';
import { KEPT_IN_PORTAL } from '../../domain/matching';
import { SALESFORCE_PRESETS } from '../../domain/presets/salesforce';
import { ASSOCIATION_WORDS, OBJECT_WORDS, PHASE_WORDS, reasonWords, STATE_WORDS } from '../../domain/words';
import { PAUSE_REASONS } from '../../domain/phase';
import { cellWords, describeInDoubt, formatCount, formatDuration, formatInstant, ruleWords } from '../../client/words';

describe('formatCount', () => {
  it.each([
    [0, '0'],
    [999, '999'],
    [1_000, '1,000'],
    [12_345_678, '12,345,678'],
  ])('writes %d as %s', (count, text) => {
    expect(formatCount(count)).toBe(text);
  });
});

describe('formatDuration', () => {
  it.each([
    [-500, '0 s'],
    [0, '0 s'],
    [499, '0 s'],
    [59_400, '59 s'],
    [59_600, '1 min 0 s'],
    [190_000, '3 min 10 s'],
    [3_599_700, '1 h 0 min'],
    [7_500_000, '2 h 5 min'],
    [200_000_000, '55 h 33 min'],
  ])('writes %d ms as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});

describe('formatInstant', () => {
  it('writes date and time to the minute', () => {
    expect(formatInstant('2026-11-22T12:34:56.789Z')).toMatch(/^2026-11-2[123] \d\d:\d\d$/);
  });
});

describe('the words on screen', () => {
  it.each([
    ['object types', OBJECT_WORDS],
    ['association types', ASSOCIATION_WORDS],
    ['phases', PHASE_WORDS],
    ['states', STATE_WORDS],
    ['reasons to wait', Object.fromEntries(PAUSE_REASONS.map((kind) => [kind, reasonWords({ kind, code: null })]))],
  ])('tell all %s apart', (_, words) => {
    const texts = Object.values(words);

    expect(new Set(texts).size).toBe(texts.length);
    expect(texts.filter((text) => text.trim() === '')).toEqual([]);
  });
});

describe('cellWords and ruleWords', () => {
  const SOURCES = ['domain', 'activities'].flatMap((room) => readdirSync(join(__dirname, '../..', room), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts')).map((name) => readFileSync(join(__dirname, '../..', room, name), 'utf8')));
  const namedIn = (pattern: RegExp): readonly string[] => [...new Set(SOURCES.flatMap((text) => [...text.matchAll(pattern)].map(([, code = '']) => code)))].sort();

  it('have words for every code of a value that stands in the code', () => {
    const codes = [...namedIn(/verdict: '(?:dropped|shared|changed)', code: '([a-z-]+)'/g), ...namedIn(/refused\('([a-z-]+)'\)/g), ...namedIn(/kind: 'dropped', code: '([a-z-]+)'/g), ...namedIn(/(?:invalidCell|leftOutCell)\('([a-z-]+)'\)/g), ...namedIn(/(?<![a-z])changed: '([a-z-]+)'/g), KEPT_IN_PORTAL, FOLD_CONFLICT];

    expect(codes.length).toBeGreaterThan(15);
    expect(codes.filter((code) => cellWords(code) === code)).toEqual([]);
  });

  it('have words for every rule of the preset', () => {
    const kinds = SALESFORCE_PRESETS.flatMap(({ rules }) => rules.map(({ transform }) => transform.kind));

    expect(kinds.filter((kind) => ruleWords(kind) === kind && !['number', 'day', 'pipeline'].includes(kind))).toEqual([]);
  });
});

describe('describeInDoubt', () => {
  it('names count, ordinals and the age of the oldest', () => {
    const text = describeInDoubt({ workType: 'contacts', count: 1_002, ordinals: [4, 7], oldest: { ordinal: 7, sentAt: '2026-11-22T05:00:00.000Z' } }, Date.parse('2026-11-22T05:02:10.000Z'));

    expect(text).toBe('In doubt: Contacts 1,002, sent without an answer so far: #4, #7, …; the oldest, #7, 2 min 10 s ago');
  });
});
