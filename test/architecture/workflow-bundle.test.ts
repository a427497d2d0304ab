import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { join } from 'node:path';

describe('the workflow bundle', () => {
  it('holds the SDK and no zod', async () => {
    const { code } = await bundleWorkflowCode({ workflowsPath: join(__dirname, '..', '..', 'workflows', 'index.ts'), logger: new DefaultLogger('WARN') });

    // The bundler names each module by its path.
    expect(code).toContain('node_modules/@temporalio/workflow/');
    expect(code).not.toContain('node_modules/zod/');
  }, 120_000);
});
