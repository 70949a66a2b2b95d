// Healthy = fleetd answers on the operator's socket and says that it is ready.
import { request } from 'node:http';

const socketPath = process.env.FLEET_SOCKET ?? '/run/fleet/operator/fleetd.sock';
const call = request({ socketPath, path: '/v1/health', timeout: 4000 }, async (response) => {
  const { data } = JSON.parse((await response.toArray()).join(''));
  if (data?.ready !== true) throw new Error(`expected ready, got ${JSON.stringify(data)}`);
});
call.on('timeout', () => call.destroy(new Error('no answer within 4 s'))).end();
