// What a repository is written in, by the names of its files and their sizes.

/** By the end of a file's name. Compiled ones take more of a machine while they are worked on. */
const languages: Record<string, string[]> = {
  TypeScript: ['ts', 'tsx', 'mts', 'cts'],
  JavaScript: ['js', 'jsx', 'mjs', 'cjs', 'vue', 'svelte'],
  Python: ['py'],
  Go: ['go'],
  Rust: ['rs'],
  Java: ['java'],
  Kotlin: ['kt', 'kts'],
  Scala: ['scala'],
  'C++': ['cc', 'cpp', 'cxx', 'hpp', 'hh'],
  C: ['c', 'h'],
  'C#': ['cs'],
  Swift: ['swift'],
  Ruby: ['rb'],
  PHP: ['php'],
  Elixir: ['ex', 'exs'],
  Haskell: ['hs'],
  Dart: ['dart'],
  Lua: ['lua'],
  Perl: ['pl', 'pm'],
  R: ['r'],
  Shell: ['sh', 'bash', 'zsh'],
  SQL: ['sql'],
  HTML: ['html', 'htm'],
  CSS: ['css', 'scss', 'sass', 'less'],
};
const prose = ['md', 'mdx', 'txt', 'rst', 'adoc', 'eml', 'csv', 'docx', 'odt'];
const compiled = new Set(['Rust', 'Java', 'Kotlin', 'Scala', 'C++', 'C', 'C#', 'Swift', 'Haskell']);
/** What is in them was not written here. */
const notTheirs = /(?:^|\/)(?:node_modules|vendor|third_party|dist|\.overstory|\.mulch|\.seeds)\//;

const byEnding = new Map(Object.entries(languages).flatMap(([name, ends]) => ends.map((end) => [end, name])));

export interface Written {
  /** the language with most bytes; null: no code */
  language: string | null;
  /** bytes of code, and of text for people */
  code: number;
  prose: number;
  compiled: boolean;
}

export function writtenIn(files: readonly { path: string; bytes: number }[]): Written {
  const sizes = new Map<string, number>();
  let text = 0;
  for (const { path, bytes } of files) {
    if (notTheirs.test(path)) continue;
    const end = /\.(\w+)$/.exec(path)?.[1]?.toLowerCase() ?? '';
    const language = byEnding.get(end);
    if (language !== undefined) sizes.set(language, (sizes.get(language) ?? 0) + bytes);
    else if (prose.includes(end)) text += bytes;
  }
  const [first] = [...sizes].sort((a, b) => b[1] - a[1]);
  return {
    language: first?.[0] ?? null,
    code: [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0),
    prose: text,
    compiled: first !== undefined && compiled.has(first[0]),
  };
}
