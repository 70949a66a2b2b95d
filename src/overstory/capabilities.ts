/** Who may work without a coordinator: one that only reads, or one that commits. */
export const directCapabilities = ['scout', 'builder'] as const;
export type Direct = (typeof directCapabilities)[number];
