// The shape of a product's keys that concern a remote and its forge.
import { z } from 'zod';
import { forgeKinds } from '../forge/kinds.ts';
import { repoSchema } from './repo.ts';
import { count, mapping, text, variableName } from './shapes.ts';

const branchExpected = 'the name of a branch';
const apiExpected = 'the https address of a REST API, without a slash at the end';
/** As forges take them in a list. */
const listedName = /^[^\s\p{Cc},@][^\p{Cc},]{0,99}$/u;
const names = (of: string) =>
  z
    .array(text(listedName, `names of ${of}, without @`), `a list of ${of}`)
    .max(50, `at most 50 ${of}`)
    .default([]);

/** Where the work of a done objective goes, beside the branch in the human's repository. Absent: nowhere. */
export const deliverSchema = mapping({
  as: z.enum(['branch', 'pull-request', 'push'], 'branch, pull-request or push'),
  /** Default: `repo` */
  remote: repoSchema.optional(),
  /** Over ssh a key does without for git; a pull request needs one. */
  token: variableName('the name of a variable in the deliverer’s environment').nullable().default(null),
  base: text(/^(?![-/])[^\s\p{Cc}~^:?*[\\]{1,200}$/u, branchExpected)
    .nullable()
    .default(null),
  forge: z.enum(forgeKinds, forgeKinds.join(', ')).optional(),
  api: text(/^https?:\/\/[^\s\p{Cc}]{1,500}[^/\s\p{Cc}]$/u, apiExpected).optional(),
  /** Of what its forge signs webhooks with. Absent: none is taken. */
  webhook: variableName('the name of a variable in fleetd’s environment').nullable().default(null),
  /** Absent: failed checks are shown, and nothing is done. */
  on_failed_checks: z.enum(['ask', 'rework'], 'ask or rework').nullable().default(null),
  max_reworks: count('reworks', 20).default(2),
  draft: z.boolean('true or false').default(false),
  labels: names('labels'),
  reviewers: names('reviewers'),
});

/** Open issues with this label become objectives. Absent: none does by itself. */
export const intakeSchema = mapping({
  label: text(listedName, 'the name of a label, without a comma'),
  /** of those that are new, at one look */
  max_per_look: count('issues', 100).default(10),
  /** What came of it is written on the issue. */
  comment: z.boolean('true or false').default(true),
});
