// The dashboard's way in: a server of its own on TCP over a client of fleetd.
export { type Dashboard, startDashboard } from './server.tsx';
