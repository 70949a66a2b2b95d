/** By name, whatever its case: forges differ in that, and each shows the label as it was made. */
export const hasLabel = (names: readonly string[], label: string): boolean =>
  names.some((name) => name.toLowerCase() === label.toLowerCase());
