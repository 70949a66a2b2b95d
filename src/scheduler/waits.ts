// The waits of one decision. Who is told again what it was told in the last one keeps that object, with its new position.
import type { Candidate } from './order.ts';
import type { Numbers, Wait, WaitRule } from './state.ts';

type Behind = readonly string[];

export class Waits {
  readonly list: Wait[] = [];
  /** the last two lists, and the last two records, that were found equal: thousands share them */
  private behind: [Behind, Behind] | null = null;
  private numbers: [Numbers, Numbers] | null = null;

  tell(candidate: Candidate, rule: WaitRule, behind: Behind, numbers: Numbers): void {
    const { wait } = candidate;
    if (
      wait !== null &&
      wait.rule === rule &&
      this.sameBehind(wait.behind, behind) &&
      this.sameNumbers(wait.numbers, numbers)
    ) {
      this.again(wait);
      return;
    }
    const { id, product } = candidate.objective;
    candidate.wait = { objective: id, product, rule, position: this.list.length + 1, behind, numbers };
    this.list.push(candidate.wait);
  }

  again(wait: Wait): void {
    wait.position = this.list.length + 1;
    this.list.push(wait);
  }

  private sameBehind(a: Behind, b: Behind): boolean {
    if (a === b || (this.behind?.[0] === a && this.behind[1] === b)) return true;
    if (a.length !== b.length || a.some((id, at) => id !== b[at])) return false;
    this.behind = [a, b];
    return true;
  }

  private sameNumbers(a: Numbers, b: Numbers): boolean {
    if (a === b || (this.numbers?.[0] === a && this.numbers[1] === b)) return true;
    if (!equalNumbers(a, b)) return false;
    this.numbers = [a, b];
    return true;
  }
}

export function equalNumbers(a: Numbers = {}, b: Numbers = {}): boolean {
  let keys = 0;
  for (const key in a) {
    if (a[key] !== b[key]) return false;
    keys += 1;
  }
  for (const _ in b) keys -= 1;
  return keys === 0;
}
