// The issue that an objective was made of, as it is shown.
import type { IssueView } from '../../contract/objectives.ts';
import type { ProductView } from '../../contract/products.ts';
import type { Journal } from '../../journal/journal.ts';
import type { Product } from '../../registry/registry.ts';
import type { FleetContext } from '../context.ts';

/** null: it was made of none */
export function issueView(journal: Journal, objective: string): IssueView | null {
  const row = journal.issues.of(objective);
  if (row === null) return null;
  const { number, url, state } = row;
  const [last] = journal.answersOf(objective);
  if (last === undefined) return { number, url, state, comment: null };
  const says = (last.result?.says as string | undefined) ?? 'It is on its way.';
  const stands = last.state === 'done' || last.state === 'failed' ? last.state : 'waiting';
  return { number, url, state, comment: { state: stands, says } };
}

/** How a product's intake stands; null: it has none. */
export function intakeView(
  { issueWaits, issuesLeft }: Pick<FleetContext, 'issueWaits' | 'issuesLeft'>,
  { name, intake }: Pick<Product, 'name' | 'intake'>,
): ProductView['intake'] | null {
  if (intake === null) return null;
  const wait = issueWaits.get(name);
  const { count = 0, why = null } = issuesLeft.get(name) ?? {};
  const unseen = wait
    ? `Not looked at: ${wait.error.message} Tried again at ${new Date(wait.untilMs).toISOString()}.`
    : null;
  return { label: intake.label, left: count, why: unseen ?? why };
}
