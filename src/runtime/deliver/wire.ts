// What crosses the byte stream to a deliverer: one line of JSON, the bundle's bytes where it brings a branch, and back one
// line of JSON. One stream, one branch.
import { z } from 'zod';
import { checkSchema, remarkSchema } from '../../contract/pull-requests.ts';
import { errorShapeSchema } from '../../contract/reply.ts';
import { forgeKinds } from '../../forge/kinds.ts';
import { announcementSchema } from '../publish/wire.ts';
import { issueOrders, issueVerdicts } from './issues-wire.ts';

/** Longest order: the body of a pull request is in it. */
export const maxOrderBytes = 262_144;
/** Longest answer: a page of issues, or of what reviewers wrote, each cut. */
export const maxAnswerBytes = 8 * 1024 * 1024;

const commit = z.string().regex(/^[0-9a-f]{40,64}$/);
const branchName = z.string().regex(/^(?![-/])[^\s\p{Cc}~^:?*[\\]{1,200}$/u);
/** of a variable in the deliverer's environment; its value is nobody else's */
const variable = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,100}$/);

const common = { ...announcementSchema.omit({ source: true, bytes: true }).shape };

/** where pull requests and issues are */
const forgeAt = { forge: z.enum(forgeKinds), api: z.url(), repository: z.string().min(1).max(500) };
const pullRequestSchema = z.strictObject({
  ...forgeAt,
  /** stands in its body, and tells it from those of others */
  marker: z.string().min(1).max(200),
  title: z.string().min(1).max(250),
  body: z.string().max(60_000),
  draft: z.boolean(),
  /** of work that this takes up: changed instead, while it is open */
  earlier: z.strictObject({ branch: common.branch, marker: z.string().min(1).max(200) }).nullable(),
  labels: z.array(z.string()).max(50),
  reviewers: z.array(z.string()).max(50),
});

/** keep: the branch is taken in from the bundle that follows, and goes nowhere yet. deliver: it goes where it is to go. */
export const orderSchema = z.discriminatedUnion('do', [
  z.strictObject({
    ...common,
    do: z.literal('keep'),
    remote: z.string(),
    token: variable.nullable(),
    bytes: announcementSchema.shape.bytes,
  }),
  z.strictObject({
    ...common,
    do: z.literal('deliver'),
    remote: z.string(),
    token: variable.nullable(),
    /** branch: under its own name. push: into the base, forward only */
    as: z.enum(['branch', 'push', 'pull-request']),
    /** null: the branch that the remote itself calls its default */
    base: branchName.nullable(),
    pullRequest: pullRequestSchema.nullable(),
  }),
  /** one look at a pull request: one request to the forge */
  z.strictObject({
    do: z.literal('watch'),
    product: common.product,
    token: variable.nullable(),
    ...forgeAt,
    number: z.number().int().min(1),
    /** where its branch stands, as last known */
    head: commit,
    /** which of its aspects; null: the first */
    aspect: z.string().max(40).nullable(),
    /** of that aspect's last answer */
    etag: z.string().max(500).nullable(),
  }),
  ...issueOrders({ product: common.product, token: variable.nullable(), ...forgeAt }),
]);
export type Order = z.infer<typeof orderSchema>;
export type KeepOrder = Extract<Order, { do: 'keep' }>;
export type WatchOrder = Extract<Order, { do: 'watch' }>;
export type IssuesOrder = Extract<Order, { do: 'issues' }>;
export type IssueOrder = Extract<Order, { do: 'issue' }>;
export type AnswerOrder = Extract<Order, { do: 'answer' }>;
export type DeliverOrder = Extract<Order, { do: 'deliver' }>;

export const deliveredSchema = z.strictObject({
  head: commit,
  /** where it was pushed */
  branch: branchName,
  base: branchName,
  pullRequest: z
    .strictObject({ number: z.number(), url: z.string(), state: z.enum(['open', 'merged', 'closed']) })
    .nullable(),
  /** sentences: what could not be done to a pull request that is open all the same */
  notes: z.array(z.string()),
});
export type Delivered = z.infer<typeof deliveredSchema>;

export const watchedSchema = z.strictObject({
  aspect: z.string().max(40),
  /** which is to be asked for next, in turn */
  next: z.string().max(40),
  /** next begins anew */
  last: z.boolean(),
  etag: z.string().max(500).nullable(),
  /** null: as it was when that etag was given */
  glance: z
    .strictObject({
      state: z.enum(['open', 'merged', 'closed']).optional(),
      head: commit.optional(),
      checks: checkSchema.array().max(100).optional(),
      /** the oldest first */
      remarks: remarkSchema.array().max(100).optional(),
    })
    .nullable(),
});
export type Watched = z.infer<typeof watchedSchema>;
export type Glance = NonNullable<Watched['glance']>;

export const deliveryVerdictSchema = z.union([
  z.strictObject({ kept: z.boolean() }),
  z.strictObject({ delivered: deliveredSchema }),
  z.strictObject({ watched: watchedSchema }),
  ...issueVerdicts,
  /** retryAtMs: a limit of the forge's ends then */
  z.strictObject({ error: errorShapeSchema, retryAtMs: z.number().nullable() }),
]);
