/** How a user of the bundle restores a backup: what docs/reliability.md says, and test/compose/kills.test.ts does. */
export const restoreOnTheBundle = (name: string): string[] => [
  'docker compose stop fleetd',
  `docker compose run --rm --no-deps fleetd sh -c 'cd /var/lib/fleetd && cp backups/${name} journal.db && rm -f journal.db-wal'`,
  'docker compose start fleetd',
];
