/** A simulated portal as a process of this machine. */
import type { Lifetime } from './child-process';
import { requireFreePort } from './free-port';
import { LocalError } from './local-error';
import { startNodeProgram, type RunningProgram } from './node-program';

export interface SimulatorProcessOptions {
  /** 0 = any free one. */
  readonly port: number;
  /** The option by which the caller's user chooses it. */
  readonly portOption?: string;
  /** Further arguments of simulator/main. */
  readonly arguments?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly logFile: string;
  readonly lifetime?: Lifetime;
  readonly readyTimeoutMs?: number;
}

export interface RunningSimulator extends RunningProgram {
  /** http://127.0.0.1:PORT, without a slash at the end: the base URL of the vendor's paths and of `/_simulator/`. */
  readonly url: string;
}

/** Settles when it answers. @throws PortInUseError; LocalError with the end of its log. */
export async function startSimulatorProcess(options: SimulatorProcessOptions): Promise<RunningSimulator> {
  if (options.port !== 0) await requireFreePort(options.port, { purpose: 'the simulated portal', option: options.portOption ?? '--port' });
  const program = await startNodeProgram({
    name: 'the simulator',
    program: 'simulator/main',
    arguments: ['--port', String(options.port), ...(options.arguments ?? [])],
    environment: options.environment ?? {},
    logFile: options.logFile,
    ...(options.lifetime === undefined ? {} : { lifetime: options.lifetime }),
    ...(options.readyTimeoutMs === undefined ? {} : { readyTimeoutMs: options.readyTimeoutMs }),
  });
  const { url } = program.ready;
  if (typeof url !== 'string') {
    await program.kill();
    throw new LocalError(`The simulator did not say its url when it was ready. Its log: ${options.logFile}`);
  }
  return { ...program, url: url.replace(/\/+$/, '') };
}
