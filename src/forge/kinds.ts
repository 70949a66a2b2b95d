/** The kinds of forge that are spoken to. */
export const forgeKinds = ['github', 'gitea', 'gitlab'] as const;
export type ForgeKind = (typeof forgeKinds)[number];
