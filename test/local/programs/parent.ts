/** Starts a child, tells its id, and then waits to be killed. */
import { startNodeProgram } from '../../../local/node-program';

const [program = '', logFile = '', lifetime = ''] = process.argv.slice(2);

void startNodeProgram({ name: 'the grandchild', program, logFile, lifetime: lifetime === 'outlives-us' ? 'outlives-us' : 'ends-with-us' }).then(({ pid }) => {
  process.stdout.write(`${JSON.stringify({ grandchild: pid })}\n`);
  setInterval(() => undefined, 1_000);
});
