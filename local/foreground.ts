/** Hands the terminal over to one of our programs and ends when it ends. */
import { spawn } from 'node:child_process';
import { nodeArguments, PROGRAM_ENVIRONMENT } from './node-program';

/** @returns its exit code; 1 when a signal ended it that we did not pass on. */
export async function runInForeground(program: 'worker/main' | 'simulator/main', words: readonly string[], environment: Readonly<Record<string, string | undefined>>): Promise<number> {
  const child = spawn(process.execPath, [...nodeArguments(program), ...words], { stdio: 'inherit', env: { ...PROGRAM_ENVIRONMENT, ...environment } });
  // Ctrl-C reaches the child by the terminal; a supervisor's SIGTERM reaches only us.
  const passOn = () => void child.kill('SIGTERM');
  const leaveToChild = () => undefined;
  process.on('SIGTERM', passOn);
  process.on('SIGINT', leaveToChild);
  try {
    return await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code) => resolve(code ?? 1));
    });
  } finally {
    process.removeListener('SIGTERM', passOn);
    process.removeListener('SIGINT', leaveToChild);
  }
}
