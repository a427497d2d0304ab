import type { Logger as TemporalLogger } from '@temporalio/worker';
import { destination, pino } from 'pino';
import type { Logger } from 'pino';
import type { WorkerConfig } from './config';

/** To standard error: standard output belongs to the one line that says that the worker is ready. */
export const createLogger = (level: WorkerConfig['logLevel']): Logger => pino({ level, base: { process: 'worker' } }, destination({ dest: 2, sync: true }));

/** Temporal's own words in our log, without its stack traces below `error`. */
export function toTemporalLogger(logger: Logger): TemporalLogger {
  const log = logger.child({ from: 'temporal' });
  const at = (level: 'trace' | 'debug' | 'info' | 'warn' | 'error') => (message: string, meta?: object) => log[level](meta ?? {}, message);
  return {
    log: (level, message, meta) => at(toLevel(level))(message, meta),
    trace: at('trace'),
    debug: at('debug'),
    // What the SDK calls information (state changes of its pollers) is detail to an operator.
    info: at('debug'),
    warn: at('warn'),
    error: at('error'),
  };
}

const toLevel = (level: string): 'trace' | 'debug' | 'warn' | 'error' => (level === 'ERROR' || level === 'WARN' ? (level === 'ERROR' ? 'error' : 'warn') : level === 'TRACE' ? 'trace' : 'debug');
