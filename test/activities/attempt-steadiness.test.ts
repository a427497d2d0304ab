import { createAttemptSteadiness } from '../../activities/attempt-steadiness';

describe('the steadiness of an attempt', () => {
  let nowMs = 0;
  const steadiness = () => {
    nowMs = 1_000_000;
    return createAttemptSteadiness(() => nowMs);
  };

  it('lasts while the process ticks, for however long', () => {
    const attempt = steadiness();
    for (let second = 0; second < 600; second += 1) {
      nowMs += 1_000;
      attempt.tick();
    }

    expect(attempt.isSteady()).toBe(true);
  });

  it('is lost by a suspension, whether the code or the timer goes on first', () => {
    const codeFirst = steadiness();
    nowMs += 3_001;
    expect(codeFirst.isSteady()).toBe(false);

    const timerFirst = steadiness();
    nowMs += 3_001;
    timerFirst.tick();
    nowMs += 1_000;
    expect(timerFirst.isSteady()).toBe(false);
  });

  it('never comes back', () => {
    const attempt = steadiness();
    nowMs += 60_000;
    attempt.tick();
    nowMs += 1_000;
    attempt.tick();

    expect(attempt.isSteady()).toBe(false);
  });
});
