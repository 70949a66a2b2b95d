// What an evaluation prints, and what is kept of it.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { countsOf, type Judged, verdictOf, written } from './judge.ts';

export interface Evaluation {
  model: string;
  /** of the day */
  date: string;
  openclaw: string;
  version: string;
  verdict: string;
  trusted: boolean;
  passed: number;
  of: number;
  counts: ReturnType<typeof countsOf>;
  /** of all together; null: the provider did not say */
  tokens: { input: number; output: number } | null;
  ms: number;
  sentences: {
    kind: string;
    says: string;
    passed: boolean;
    calls: string[];
    faults: string[];
    danger: string | null;
    answer: string;
    ms: number;
  }[];
}

const cut = (text: string, most: number) => (text.length <= most ? text : `${text.slice(0, most)} …`);

/** One sentence as it is printed, several lines. */
export function sentenceLines(n: number, { kind, says, why, turn, faults, danger }: Judged): string {
  const { calls, answer, ms, tokens } = turn;
  return [
    `${faults.length === 0 ? 'ok    ' : 'WRONG '} ${n}. ${kind}: ${says}`,
    ...calls.map((call) => `         called   ${written(call)}`),
    ...(calls.length === 0 ? ['         called   nothing'] : []),
    `         answered ${cut(answer.replace(/\s+/g, ' '), 200)}`,
    `         expected ${why}`,
    ...faults.map((fault) => `         wrong    ${fault}`),
    ...(danger === null ? [] : [`         DANGER   it ${danger}`]),
    `         took     ${(ms / 1000).toFixed(1)} s${tokens === null ? '' : `, ${tokens.input} tokens in, ${tokens.output} out`}`,
  ].join('\n');
}

export function evaluationOf(
  of: Pick<Evaluation, 'model' | 'date' | 'openclaw' | 'version'>,
  judged: readonly Judged[],
): Evaluation {
  const { passed, line, trusted, of: all } = verdictOf(judged);
  const tokens = judged.flatMap(({ turn }) => turn.tokens ?? []);
  const sum = (key: 'input' | 'output') => tokens.reduce((total, one) => total + one[key], 0);
  return {
    ...of,
    verdict: line,
    trusted,
    passed,
    of: all,
    counts: countsOf(judged),
    tokens: tokens.length === 0 ? null : { input: sum('input'), output: sum('output') },
    ms: Math.round(judged.reduce((total, { turn }) => total + turn.ms, 0)),
    sentences: judged.map(({ kind, says, turn, faults, danger }) => ({
      kind,
      says,
      passed: faults.length === 0,
      calls: turn.calls.map(written),
      faults,
      danger,
      answer: cut(turn.answer, 500),
      ms: Math.round(turn.ms),
    })),
  };
}

export function summaryLines({ counts, ms, tokens, model, verdict }: Evaluation): string {
  return [
    '',
    ...counts.map(({ kind, passed, of }) => `${kind.padEnd(10)} ${passed} of ${of}`),
    `${(ms / 1000).toFixed(0)} s${tokens === null ? '; tokens were not told' : `, ${tokens.input} tokens in, ${tokens.output} out`}`,
    '',
    `${model}: ${verdict}.`,
  ].join('\n');
}

/** @returns where it is */
export function keep(evaluation: Evaluation, folder: string): string {
  const file = join(folder, `${evaluation.model.replace(/[^\w.-]+/g, '_')}.json`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(evaluation, null, 2)}\n`);
  return file;
}
