// Questions to whoever sits before a terminal. Each answer is null when they went away from it (Ctrl-C, Escape).

export interface Choice<T extends string> {
  value: T;
  label: string;
  hint?: string;
}

export interface Questions {
  choose<T extends string>(question: string, choices: Choice<T>[]): Promise<T | null>;
  /** @param wrong  what is wrong with an answer; undefined: nothing */
  text(
    question: string,
    initial: string,
    wrong: (answer: string) => string | undefined,
  ): Promise<string | null>;
  /** At least one of them. @param initial those that are picked already */
  pick<T extends string>(question: string, choices: Choice<T>[], initial: T[]): Promise<T[] | null>;
}

/** Loaded when something is asked: most of what starts asks nothing. */
const prompts = () => import('@clack/prompts');

/** What ends a question without an answer is a symbol. */
const given = <T>(answer: T | symbol): T | null => (typeof answer === 'symbol' ? null : answer);

export const terminalQuestions: Questions = {
  async choose(message, choices) {
    const { select } = await prompts();
    return given(await select<string>({ message, options: choices })) as never;
  },
  async text(message, initialValue, wrong) {
    const { text } = await prompts();
    return given<string>(await text({ message, initialValue, validate: (answer) => wrong(answer ?? '') }));
  },
  async pick(message, choices, initialValues) {
    const { multiselect } = await prompts();
    const options = { message, options: choices, initialValues, required: true, maxItems: 12 };
    return given(await multiselect<string>(options)) as never;
  },
};

/** undefined: nobody is there to answer. */
export const questionsOf = (
  stdin: { isTTY?: boolean },
  stdout: { isTTY?: boolean },
): Questions | undefined => (stdin.isTTY && stdout.isTTY ? terminalQuestions : undefined);
