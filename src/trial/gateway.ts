// The trial's gateway on a machine that may be too slow for it: a second try, then fleetd goes on without it.
import { FleetError } from '../common/errors.ts';
import { type Gateway, type StartGateway, startGateway } from '../openclaw/gateway.ts';

/**
 * Resolves when it is ready. What slowed the first try is mostly done by the second: state migrations, cold caches.
 * @returns the error when it was too slow twice
 * @throws FleetError of any other failure; nothing of the gateway is then left running
 */
export async function startGatewayPatiently(
  options: StartGateway,
): Promise<{ gateway: Gateway } | { tooSlow: FleetError }> {
  let tooSlow: FleetError | null = null;
  for (let attempt = 1; attempt <= 2; attempt++) {
    const gateway = await startGateway(options);
    try {
      await gateway.ready;
      return { gateway };
    } catch (thrown) {
      await gateway.stop();
      const error = FleetError.wrap(thrown);
      if (error.code !== 'GATEWAY_SLOW') throw error;
      if (attempt === 1)
        options.onProgress?.('This machine was too slow for the OpenClaw gateway: it is tried once more');
      tooSlow = error;
    }
  }
  return { tooSlow: FleetError.wrap(tooSlow) };
}
