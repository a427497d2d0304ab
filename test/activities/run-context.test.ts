import { MockActivityEnvironment } from '@temporalio/testing';
import { withHeartbeat } from '../../activities/run-context';
import { MigrationError } from '../../domain/migration-error';

const QUIET = { log: () => {}, trace: () => {}, debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

describe('withHeartbeat', () => {
  it('gives a sign of life at once and hands the cancellation down', async () => {
    const environment = new MockActivityEnvironment(undefined, { logger: QUIET });
    let beats = 0;
    environment.on('heartbeat', () => (beats += 1));

    const seen = await environment.run(() => withHeartbeat(async (signal) => {
      environment.cancel();
      return signal.aborted;
    }));

    expect({ seen, beats }).toEqual({ seen: true, beats: 1 });
  });

  it('ends as cancelled when a call was broken off by cancellation, and as the error otherwise', async () => {
    const failing = (environment: MockActivityEnvironment, how: 'cancelled' | 'not cancelled') =>
      environment
        .run(() => withHeartbeat(async () => {
          if (how === 'cancelled') {
            environment.cancel();
          }
          throw new MigrationError('TransientError', 'broken off', { code: 'aborted', mayHaveLanded: true });
        }))
        .then(() => null, (error: unknown) => error);

    expect(await failing(new MockActivityEnvironment(undefined, { logger: QUIET }), 'cancelled')).toMatchObject({ name: 'CancelledFailure' });
    expect(await failing(new MockActivityEnvironment(undefined, { logger: QUIET }), 'not cancelled')).toMatchObject({ type: 'TransientError' });
  });
});
