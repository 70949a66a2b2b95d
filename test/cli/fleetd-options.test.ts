// What `fleetd` takes from words and environment.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { readFleetdOptions } from '../../src/fleetd/options.ts';

afterEach(() => vi.unstubAllEnvs());

describe('fleetd', () => {
  it('shows its dashboard to this machine only, unless it is told otherwise', () => {
    vi.stubEnv('FLEET_OPERATOR_TOKEN', '');
    expect(readFleetdOptions([]).dashboard).toEqual({ port: 41_790, host: '127.0.0.1', token: null });
    vi.stubEnv('FLEET_DASHBOARD_HOST', '0.0.0.0');
    expect(readFleetdOptions([]).dashboard?.host).toBe('0.0.0.0');
    expect(readFleetdOptions(['--dashboard-host', '127.0.0.1']).dashboard?.host).toBe('127.0.0.1');
  });

  it('takes words before the environment, and what compose leaves empty as not given', () => {
    vi.stubEnv('FLEET_PRODUCTS', '/a/products.yaml');
    vi.stubEnv('FLEET_PROJECTS', '');
    vi.stubEnv('FLEET_RUNTIME_CPUS', '2.5');
    expect(readFleetdOptions(['--products', 'b.yaml'])).toMatchObject({
      productsFile: 'b.yaml',
      projectsRoot: null,
      runtimeCores: 2.5,
    });
    expect(readFleetdOptions([]).productsFile).toBe('/a/products.yaml');
  });

  it.each(['', 'off'])('opens no dashboard on port %j', (port) => {
    vi.stubEnv('FLEET_DASHBOARD_PORT', port);
    expect(readFleetdOptions([]).dashboard).toBeNull();
  });

  it.each(['0', '65536', 'http'])('refuses port %s', (port) => {
    expect(() => readFleetdOptions(['--dashboard-port', port])).toThrow(
      expect.objectContaining({ code: 'DASHBOARD_PORT_INVALID' }),
    );
  });
});
