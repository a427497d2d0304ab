import { connectPortage, type ConnectOptions, type PortageClient } from './portage-client';

/** Connects, runs, and closes whatever happens. */
export async function withPortage<T>(options: ConnectOptions, action: (portage: PortageClient) => Promise<T>): Promise<T> {
  const portage = await connectPortage(options);
  try {
    return await action(portage);
  } finally {
    await portage.close();
  }
}
