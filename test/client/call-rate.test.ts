import { CallRate } from '../../client/call-rate';

describe('CallRate', () => {
  it('knows nothing from one look', () => {
    expect(new CallRate().observe(100, 5_000)).toBeNull();
  });

  it('knows nothing from two looks at the same instant', () => {
    const rate = new CallRate();
    rate.observe(100, 5_000);

    expect(rate.observe(120, 5_000)).toBeNull();
  });

  it('is the growth over the time between the looks', () => {
    const rate = new CallRate();
    rate.observe(100, 0);
    rate.observe(110, 1_000);

    expect(rate.observe(138, 2_000)).toBe(19);
  });

  it('forgets what is more than ten seconds old', () => {
    const rate = new CallRate();
    rate.observe(0, 0);
    rate.observe(1_000, 5_000);
    rate.observe(1_000, 12_000);

    expect(rate.observe(1_000, 15_000)).toBe(0);
  });

  it('begins anew after a gap that is longer than its window', () => {
    const rate = new CallRate();
    rate.observe(0, 0);

    expect(rate.observe(5_000, 60_000)).toBeNull();
    expect(rate.observe(5_010, 61_000)).toBe(10);
  });
});
