// The plugin's entry: finds fleetd's socket and registers the model's tools and the human's command.
// OpenClaw calls register several times (discovery, tools, full): it only registers.
import { definePluginEntry } from 'openclaw/plugin-sdk/plugin-entry';
import { createFleetClient, type FleetClient } from '../client/client.ts';
import { FleetError } from '../common/errors.ts';
import { gateButtons } from './buttons.ts';
import { chatSetups } from './chats/index.ts';
import { fleetCommand } from './command.ts';
import { monitorService } from './monitor-service.ts';
import { noticeService, send } from './notice-service.ts';
import { panelDescriptor, panelRoute } from './panel.ts';
import { fleetTools } from './tools/index.ts';

export default definePluginEntry({
  id: 'meta-coordinator',
  name: 'Meta-coordinator',
  description: 'Coordinates a fleet of products, each an overstory project.',
  register(api) {
    const connect = connector(api.pluginConfig?.socketPath ?? process.env.FLEET_GATEWAY_SOCKET);
    api.registerTool(
      ({ sessionKey = 'unknown', requesterSenderId }) =>
        fleetTools.map(({ name, label, description, parameters, call }) => ({
          name,
          label,
          description,
          parameters,
          execute: (_toolCallId: string, params: unknown) =>
            call(params, () => ({
              client: connect(),
              source: {
                via: 'model',
                sender: requesterSenderId?.slice(0, 200) ?? null,
                thread: sessionKey.slice(0, 400),
              },
            })),
        })),
      { names: fleetTools.map(({ name }) => name) },
    );
    api.registerCommand(
      fleetCommand(connect, async (injection) => {
        // The human has the answer either way.
        await api.session.workflow
          .enqueueNextTurnInjection(injection)
          .catch((error) =>
            api.logger.warn(`what /fleet answered is not told to the model: ${String(error)}`),
          );
      }),
    );
    for (const { kind, pressed } of Object.values(chatSetups))
      if (pressed !== null)
        api.registerInteractiveHandler(
          gateButtons(kind, pressed, connect, (to, text) => send(api, to, text, [], '')),
        );
    api.registerService(noticeService(api, connect));
    api.registerService(monitorService(api, connect));
    api.registerHttpRoute(panelRoute(connect, dashboardUrl(process.env.FLEET_DASHBOARD_PORT ?? '41790')));
    api.session.controls.registerControlUiDescriptor({
      ...panelDescriptor,
      requiredScopes: [...panelDescriptor.requiredScopes],
    });
  },
});

const dashboardUrl = (port: string) => (/^\d+$/.test(port) ? `http://localhost:${port}` : null);

/** A client holds no connection: it is made per call, so that registering opens nothing. */
function connector(socketPath: unknown): () => FleetClient {
  return () => {
    if (typeof socketPath === 'string' && socketPath !== '') return createFleetClient({ socketPath });
    throw new FleetError({
      code: 'FLEETD_UNREACHABLE',
      message:
        'Expected the path of fleetd\'s socket, got neither plugin config "socketPath" nor FLEET_GATEWAY_SOCKET.',
      mend: 'Set FLEET_GATEWAY_SOCKET in the environment of the gateway and start it again.',
    });
  };
}
