// `fleet import`: a human takes in what of a forge's issues carries a label, now.
import { FleetError } from '../../common/errors.ts';
import type { ImportReply } from '../../contract/objectives.ts';
import type { Source } from '../../contract/source.ts';
import type { Product } from '../../registry/registry.ts';
import { NotYet } from '../../runtime/deliver/deliverer.ts';
import { mostPages, type OfferedIssue } from '../../runtime/deliver/issues-wire.ts';
import { waitLonger } from '../act/delivery/waits.ts';
import { intendedAnswer } from '../act/issues/answer-rounds.ts';
import { answerText } from '../act/issues/answer-text.ts';
import type { FleetContext } from '../context.ts';
import { humanOnly } from './human-only.ts';
import { takeIssue } from './intake.ts';
import type { Commands } from './objectives.ts';

/** Where products.yaml does not say. */
const usualMost = 10;

/**
 * @param label  null: that of products.yaml
 * @throws FleetError HUMAN_ONLY, PRODUCT_UNKNOWN, INTAKE_NOT_SET, FORGE_…, DELIVERER_UNREACHABLE
 */
export type ImportIssues = (name: string, label: string | null, source: Source) => Promise<ImportReply>;

export function createImport(
  context: FleetContext,
  commands: Pick<Commands, 'start' | 'requireProduct'>,
): ImportIssues {
  const { journal, clock, tuning, deliverer, issueWaits, watchWaits, issuesLeft } = context;

  function takeInto(reply: ImportReply, product: Product, issue: OfferedIssue, source: Source): void {
    const { number, url, title } = issue;
    const before = journal.issues.taken(product.name, url);
    if (before !== null) {
      const state = journal.objective(before.objective)?.state ?? 'done';
      reply.known.push({ number, url, title, objective: before.objective, state });
      return;
    }
    if (reply.taken.length >= (product.intake?.most ?? usualMost)) {
      reply.left += 1;
      return;
    }
    const made = takeIssue(commands, product, reply.label, issue, source);
    if (made instanceof FleetError)
      reply.skipped.push({ number, url, title, why: `${made.message} ${made.mend}` });
    else reply.taken.push({ number, url, title, objective: made.id, state: made.state });
  }

  /** A limit of the forge's counts for what is asked of it by itself, too. */
  const waits = (product: string) => (thrown: unknown) => {
    const pace = { firstMs: 2 * tuning.watchMs, mostMs: tuning.deliveryRetryMostMs };
    if (thrown instanceof NotYet)
      for (const each of [issueWaits, watchWaits]) waitLonger(each, product, thrown, clock.nowMs(), pace);
    throw thrown;
  };

  /** What the forge refused to take about issues of this product is offered to it once more. */
  function answerAgain(product: string): void {
    for (const { objective: id } of journal.refusedAnswers(product)) {
      const row = journal.issues.of(id ?? '');
      const objective = journal.objective(id ?? '');
      const body = objective && answerText(journal, objective);
      if (row && body)
        journal.record(intendedAnswer(row, journal.answersOf(row.objective), body, clock.nowMs()));
    }
  }

  return async (name, given, source) => {
    humanOnly(source, 'takes issues in', `/fleet import ${name}`);
    const product = commands.requireProduct(name);
    const { deliver, intake } = product;
    const label = given ?? intake?.label ?? null;
    if (label === null)
      throw notSet(
        product.name,
        'the label of issues that are wanted',
        `Say \`fleet import ${product.name} --label agent\`, or add \`intake: {label: agent}\` (docs/delivery.md).`,
      );
    if (!deliver?.forgeAt || !deliverer)
      throw notSet(
        product.name,
        '`deliver:` with a forge and a token',
        'Add it (docs/delivery.md): issues are asked for where its pull requests go.',
      );
    const limit = issueWaits.get(product.name);
    if (limit?.error.code === 'FORGE_RATE_LIMITED' && limit.untilMs > clock.nowMs())
      throw FleetError.from(limit.error);
    const reply: ImportReply = { product: product.name, label, taken: [], known: [], skipped: [], left: 0 };
    const at = { product: product.name, token: deliver.token, ...deliver.forgeAt };
    for (let page = 1; page <= mostPages; page++) {
      const got = await deliverer.issues({ ...at, label, page, etag: null }).catch(waits(product.name));
      for (const issue of got.issues ?? []) takeInto(reply, product, issue, source);
      if (!got.more) break;
    }
    const [refused] = reply.skipped;
    issuesLeft.set(product.name, { count: reply.left + reply.skipped.length, why: refused?.why ?? null });
    answerAgain(product.name);
    return reply;
  };
}

function notSet(product: string, expected: string, mend: string): FleetError {
  return new FleetError({
    code: 'INTAKE_NOT_SET',
    product,
    message: `Expected ${expected} for ${product}, got none in products.yaml.`,
    mend,
  });
}
