// What crosses to a deliverer about issues, and back.
import { z } from 'zod';

/** Of what a stranger wrote, in characters; what is longer is cut, and ends in an ellipsis. */
export const mostTitle = 300;
export const mostBody = 16_000;
/** Of a label, also in products.yaml. */
const mostLabel = 100;
export const mostPages = 20;

const number = z.number().int().min(1);

/** @param at  the product, its token's variable, and its forge */
export const issueOrders = <At extends z.ZodRawShape>(at: At) =>
  [
    /** a page of the open issues with a label: one request */
    z.strictObject({
      ...at,
      do: z.literal('issues'),
      label: z.string().min(1).max(mostLabel),
      page: number.max(mostPages),
      /** of that page's last answer */
      etag: z.string().max(500).nullable(),
    }),
    /** whether it is open: one request; where it is not found one more, whether any is */
    z.strictObject({ ...at, do: z.literal('issue'), number }),
    /** a comment that stands once, whatever happens between the requests */
    z.strictObject({
      ...at,
      do: z.literal('answer'),
      number,
      /** stands in it, and tells it from those of others */
      marker: z.string().min(1).max(200),
      body: z.string().max(60_000),
      /** none that is older can be ours */
      since: z.iso.datetime(),
    }),
  ] as const;

/** Words of whoever wrote it: data. */
const issueSchema = z.strictObject({
  number,
  url: z.url({ protocol: /^https?$/ }).max(1_000),
  title: z.string().max(mostTitle),
  body: z.string().max(mostBody),
  by: z.string().max(100),
});
export type OfferedIssue = z.infer<typeof issueSchema>;

const issuePageSchema = z.strictObject({
  etag: z.string().max(500).nullable(),
  /** null: as they were when that etag was given */
  issues: issueSchema.array().max(100).nullable(),
  /** another page follows */
  more: z.boolean(),
});
export type IssuePage = z.infer<typeof issuePageSchema>;

/** gone: deleted, or moved to another repository */
const issueStateSchema = z.enum(['open', 'closed', 'gone']);
export type IssueState = z.infer<typeof issueStateSchema>;

export const issueVerdicts = [
  z.strictObject({ issues: issuePageSchema }),
  z.strictObject({ issue: issueStateSchema }),
  /** whether it had to be written */
  z.strictObject({ answered: z.enum(['added', 'changed', 'there']) }),
] as const;
