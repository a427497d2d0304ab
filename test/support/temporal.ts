/**
 * Temporal for a suite of the ring "workflows": the run's one server, with a task queue of the suite's own, so that suites
 * run side by side; or a time-skipping server of its own, where a test moves the clock.
 *
 *   let temporal: SuiteTemporal;
 *   beforeAll(async () => { temporal = await connectSuite('migration'); });
 *   afterAll(() => temporal.close());
 */
import { Client, type Connection } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { randomUUID } from 'node:crypto';
import { hermeticLocalConfig } from '../../local/config';
import { findTemporalTestServer } from '../../local/temporal-cli';
import { connectToTemporal, registerSearchAttributes } from '../../local/temporal-server';

export const NAMESPACE = 'default';

export interface SuiteTemporal {
  readonly address: string;
  readonly namespace: string;
  /** Unique; use it as ledger id and as prefix of workflow ids. */
  readonly suiteId: string;
  /** `portage-<suiteId>` and `portage-<suiteId>-portal`, as the engine names its queues. */
  readonly taskQueue: string;
  readonly portalTaskQueue: string;
  readonly client: Client;
  readonly connection: Connection;
  /** For Worker.create. */
  readonly nativeConnection: NativeConnection;
  /** For Worker.create; built once for the whole run. */
  readonly workflowBundle: { readonly codePath: string };
  /** After the suite's workers have ended. */
  close(): Promise<void>;
}

/** host:port of the run's server. */
export function testTemporalAddress(): string {
  return fromSetup('PORTAGE_TEST_TEMPORAL_ADDRESS');
}

/** The workflows as Worker.create and Worker.runReplayHistory take them. */
export function testWorkflowBundle(): { readonly codePath: string } {
  return { codePath: fromSetup('PORTAGE_TEST_BUNDLE') };
}

export async function connectSuite(name: string): Promise<SuiteTemporal> {
  quietenWorkers();
  const address = testTemporalAddress();
  const connection = await connectToTemporal(address);
  const nativeConnection = await NativeConnection.connect({ address });
  return {
    address,
    namespace: NAMESPACE,
    ...ownNames(name),
    client: new Client({ connection, namespace: NAMESPACE }),
    connection,
    nativeConnection,
    get workflowBundle() {
      return testWorkflowBundle();
    },
    async close() {
      await nativeConnection.close();
      await connection.close();
    },
  };
}

/** As SuiteTemporal, with a clock that the test moves by `environment.sleep`. `list`, `count` and `reset` are not implemented there. */
export interface TimeSkippingSuite extends SuiteTemporal {
  readonly environment: TestWorkflowEnvironment;
}

/** One per suite: its clock is the same for everything on it. */
export async function timeSkippingEnvironment(name: string): Promise<TimeSkippingSuite> {
  quietenWorkers();
  const { path } = await findTemporalTestServer(hermeticLocalConfig());
  const environment = await TestWorkflowEnvironment.createTimeSkipping({ server: { executable: { type: 'existing-path', path } } });
  // An unregistered upsert would hang its workflow, and others with it.
  await registerSearchAttributes(environment.connection, NAMESPACE);
  return {
    environment,
    address: environment.address,
    namespace: NAMESPACE,
    ...ownNames(name),
    client: environment.client,
    connection: environment.connection,
    nativeConnection: environment.nativeConnection,
    get workflowBundle() {
      return testWorkflowBundle();
    },
    close: () => environment.teardown(),
  };
}

/** Workers tell every start and stop otherwise. A suite that installed a runtime of its own keeps it. */
function quietenWorkers(): void {
  if (Runtime._instance === undefined) Runtime.install({ logger: new DefaultLogger('ERROR') });
}

function ownNames(name: string): Pick<SuiteTemporal, 'suiteId' | 'taskQueue' | 'portalTaskQueue'> {
  const suiteId = `${name}-${randomUUID().slice(0, 8)}`;
  return { suiteId, taskQueue: `portage-${suiteId}`, portalTaskQueue: `portage-${suiteId}-portal` };
}

function fromSetup(variable: string): string {
  const value = process.env[variable];
  if (value === undefined) throw new Error(`${variable} is not set: this suite needs the ring "workflows" (jest.config.cjs), whose setup starts Temporal and bundles workflows/index.ts.`);
  return value;
}
