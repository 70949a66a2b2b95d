/** What a decision was computed from, for the record and for the explanation. */
export type Numbers = Readonly<Record<string, number | string | null>>;
