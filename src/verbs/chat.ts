// A line as a human types it in chat, cut into words. No shell rules: quotes are honoured where they stand
// around a word, and an objective or message is taken as it is, with newlines, dashes and metacharacters.

/** Opening mark → what may close it. Phones type curly ones; Slack users put names in backticks. */
const quotes: Record<string, string> = {
  '"': '"”“',
  "'": "'’",
  '`': '`',
  '“': '”“"',
  '„': '“”"',
  '«': '»',
  '‘': "’'",
  '”': '”"',
};
// \s knows the no-break space but not the zero-width ones
const blank = /[\s\u200b\u2060]/;

/** Longer words in quotes are none: what is never closed must not be searched to the end for each mark. */
const maxQuoted = 20_000;

/** The next word and what follows it; a word in quotes loses them. */
export function nextWord(text: string, longest = maxQuoted): { word: string; rest: string } {
  let at = 0;
  while (at < text.length && blank.test(text.charAt(at))) at++;
  const closing = quotes[text.charAt(at)];
  if (closing !== undefined)
    for (let end = at + 1; end < text.length && end - at <= longest; end++) {
      const after = text.charAt(end + 1);
      if (closing.includes(text.charAt(end)) && (after === '' || blank.test(after) || /[:,]/.test(after)))
        return { word: text.slice(at + 1, end), rest: text.slice(end + 1).replace(/^[:,]/, '') };
    }
  let end = at;
  while (end < text.length && !blank.test(text.charAt(end))) end++;
  return { word: text.slice(at, end), rest: text.slice(end) };
}

export function wordsOf(text: string): string[] {
  const words: string[] = [];
  for (let { word, rest } = nextWord(text); word || rest; { word, rest } = nextWord(rest)) words.push(word);
  return words;
}

/** Phones turn `--` into a long dash. */
export const option = (word: string) => word.replace(/^[—–]+(?=[a-z])/i, '--');

/** A text without the one pair of quotes that someone put around the whole of it. */
export function unquoted(text: string): string {
  const { word, rest } = nextWord(text, text.length);
  return rest === '' && text.length === word.length + 2 ? word : text;
}

/** More words of options than any verb has. */
const maxOptions = 20;

/** Trimmed of blanks, the invisible ones too. */
export function trimmed(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && blank.test(text.charAt(start))) start++;
  while (end > start && blank.test(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}

/**
 * The words of a verb that takes a text: options first, then one operand, then the text as one word. After
 * `--` commander reads nothing as an option.
 * @param takesValue whether a known option (`--needs`) takes a value; undefined: no such option
 */
export function textWords(line: string, takesValue: (option: string) => boolean | undefined): string[] {
  const options: string[] = [];
  let { word, rest } = nextWord(line);
  while (options.length < maxOptions && /^--?[a-z]/i.test(option(word))) {
    const [name = '', ...value] = option(word).split('=');
    const wanted = takesValue(name);
    options.push(option(word));
    ({ word, rest } = nextWord(rest));
    if (wanted && value.length === 0 && word !== '') {
      options.push(word);
      ({ word, rest } = nextWord(rest));
    }
  }
  const text = unquoted(trimmed(rest));
  // who asks how to say it must not have said it
  if (text === '--help' || text === '-h') return ['--help'];
  return [...options, '--', ...(word ? [word] : []), ...(text ? [text] : [])];
}
