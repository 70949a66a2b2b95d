// What a usage limit limits, as a human says it.

const windows: Readonly<Record<string, string>> = {
  session: 'the limit of a session',
  week: 'the limit of a week',
  model: "the model's limit",
  spend: 'the spend limit',
  credit: 'the end of its credit',
};

/** @param window  as a screen's reading names it */
export const windowText = (window: string): string => windows[window] ?? 'a usage limit';
