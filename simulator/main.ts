import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { portalBody } from './hubspot/control-bodies';
import { createHubspotSimulator, type HubspotSimulator } from './hubspot/create-hubspot-simulator';

/**
 * The simulator as a process: `node --require tsx/cjs simulator/main.ts hubspot --port 4010 [--portal portal.json] [--latency none|realistic] [--tier professional] [--seed 7]`.
 * One line of JSON on stdout when it is ready: `{"url":"http://127.0.0.1:4010"}`. Ends on SIGTERM and SIGINT.
 */
const USAGE = 'usage: simulator/main.ts hubspot --port <port, 0 for any> [--host 127.0.0.1] [--portal FILE] [--latency none|realistic] [--tier free|starter|professional|enterprise|off] [--seed N]';
/** Exit codes of the command line: 2 usage, 3 a definition that cannot be read, 8 a port that is not to be had. */
const [USAGE_EXIT, DEFINITION_EXIT, PORT_EXIT] = [2, 3, 8];

const optionsSchema = z.object({
  port: z.coerce.number().int().min(0).max(65_535),
  host: z.string(),
  portal: z.string().optional(),
  latency: z.enum(['none', 'realistic']),
  tier: z.enum(['free', 'starter', 'professional', 'enterprise', 'off']).optional(),
  seed: z.coerce.number().int(),
});

class Stop extends Error {
  constructor(
    readonly exitCode: number,
    message: string,
  ) {
    super(message);
  }
}

function readOptions(): z.infer<typeof optionsSchema> {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        port: { type: 'string', default: '4010' },
        host: { type: 'string', default: '127.0.0.1' },
        portal: { type: 'string' },
        latency: { type: 'string', default: 'none' },
        tier: { type: 'string' },
        seed: { type: 'string', default: '1' },
      },
    });
    if (positionals.length !== 1 || positionals[0] !== 'hubspot') throw new Stop(USAGE_EXIT, USAGE);
    return optionsSchema.parse(values);
  } catch (error) {
    if (error instanceof Stop) throw error;
    throw new Stop(USAGE_EXIT, `${error instanceof z.ZodError ? z.prettifyError(error) : String(error)}\n${USAGE}`);
  }
}

function readPortal(file: string): z.infer<typeof portalBody> {
  try {
    return portalBody.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    throw new Stop(DEFINITION_EXIT, `The portal file ${file} cannot be used: ${error instanceof z.ZodError ? z.prettifyError(error) : String(error)}`);
  }
}

async function run(): Promise<void> {
  const { port, host, portal, latency, tier, seed } = readOptions();
  const simulator = createHubspotSimulator({ latency, seed, ...(portal === undefined ? {} : { portal: readPortal(portal) }), ...(tier === undefined ? {} : { tier }) });
  const { url } = await listen(simulator, port, host);
  const stop = (): void => void simulator.close().then(() => process.exit(0));
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  // Said last: whoever reads it may stop us at once.
  process.stdout.write(`${JSON.stringify({ url })}\n`);
}

async function listen(simulator: HubspotSimulator, port: number, host: string): Promise<{ url: string }> {
  try {
    return await simulator.listen(port, host);
  } catch (error) {
    const inUse = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    throw new Stop(PORT_EXIT, inUse ? `Port ${port} on ${host} is in use. Choose another with --port, or --port 0 for any free one.` : `Cannot listen on ${host}:${port}: ${String(error)}`);
  }
}

run().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof Stop ? error.exitCode : 1;
});
