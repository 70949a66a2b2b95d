// The dashboard's way in: a server of its own on TCP over a client of fleetd.

export type { Hook } from './hook-route.ts';
export { type Dashboard, startDashboard } from './server.tsx';
