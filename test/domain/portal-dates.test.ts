import fc from 'fast-check';
import { dayOfInstant, instantOfDay, parseDay, parseInstant } from '../../domain/portal-dates';

const ZONES = ['UTC', 'America/New_York', 'America/Los_Angeles', 'America/Sao_Paulo', 'America/St_Johns', 'Pacific/Honolulu', 'Pacific/Kiritimati', 'Pacific/Auckland', 'Asia/Kolkata', 'Asia/Kathmandu', 'Europe/Berlin', 'Africa/Cairo', 'Australia/Lord_Howe'];

const day = fc.date({ min: new Date('1990-01-01T00:00:00Z'), max: new Date('2060-12-31T00:00:00Z'), noInvalidDate: true }).map((date) => date.toISOString().slice(0, 10));

describe('instantOfDay', () => {
  it('keeps the calendar day in the portal, whatever day and zone', () => {
    fc.assert(
      fc.property(day, fc.constantFrom(...ZONES), (text, zone) => {
        // Kiritimati skipped a day when it moved across the date line: nobody there can see it.
        fc.pre(!(zone === 'Pacific/Kiritimati' && text < '1995-01-02'));
        expect(dayOfInstant(instantOfDay(text, '12:00', zone) ?? '', zone)).toBe(text);
      }),
      { numRuns: 1_000, seed: 20160229 },
    );
  });

  it('is noon there, in summer and in winter', () => {
    expect([instantOfDay('2026-01-15', '12:00', 'America/Los_Angeles'), instantOfDay('2026-07-15', '12:00', 'America/Los_Angeles')]).toEqual(['2026-01-15T20:00:00.000Z', '2026-07-15T19:00:00.000Z']);
  });
});

describe('parseDay', () => {
  it.each([
    ['2016-11-25', '2016-11-25'],
    [' 2016-11-25 00:00:00 ', '2016-11-25'],
    ['2016-02-30', null],
    ['11/25/2016', null],
    ['2016-11-25 10:00:00', null],
    ['soon', null],
  ])('reads %j as %j', (text, expected) => {
    expect(parseDay(text)).toBe(expected);
  });
});

describe('parseInstant', () => {
  it.each([
    ['2006-04-15T03:23:15.000Z', '2006-04-15T03:23:15.000Z'],
    ['2024-01-22T14:49:34.000+0000', '2024-01-22T14:49:34.000Z'],
    ['2024-01-22T14:49:34.000-0500', '2024-01-22T19:49:34.000Z'],
    ['2023-01-31 09:15:00', '2023-01-31T08:15:00.000Z'],
    ['2023-07-31 09:15:00', '2023-07-31T07:15:00.000Z'],
    ['1/31/2023 9:15 AM', null],
    ['2023-13-31 09:15:00', null],
  ])('reads %j, in Berlin where no offset is given, as %j', (text, expected) => {
    expect(parseInstant(text, 'Europe/Berlin')).toBe(expected);
  });
});
