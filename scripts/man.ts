// `npm run docs -- man`: writes docs/fleet.1, the manual page of `fleet`, from the verbs. npm installs it with the package.
import { writeFile } from 'node:fs/promises';
import { errorClasses } from '../src/common/errors.ts';
import { forms } from '../src/verbs/form.ts';
import { verbs } from '../src/verbs/index.ts';

const file = 'docs/fleet.1';

/** Text in roff: a backslash is itself, a dash one that can be copied, and no line is taken for a request. */
const text = (line: string) =>
  line
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^(?=[.'])/, '\\&')
    .replace(
      /[^\p{ASCII}]/gu,
      (one) => `\\[u${one.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}]`,
    );
const bold = (line: string) => `.B "${text(line).replaceAll('"', '\\(dq')}"`;

const exits = [
  ['0', 'done'],
  ...Object.entries(errorClasses)
    .map(([name, { exit }]) => [String(exit), `${name}${exit === 6 ? '; doctor: something failed' : ''}`])
    .sort(([a], [b]) => Number(a) - Number(b)),
  ['10, 11, 12', 'wait: failed, cancelled, not over in time'],
] as const;

export function renderMan(): string {
  return `${[
    '.TH FLEET 1 "" "meta\\-coordinator" "One human, many products"',
    '.SH NAME',
    'fleet \\- coordinate overstory sessions of many products',
    '.SH SYNOPSIS',
    '.B fleet',
    '.RI [ "verb " [ operands "] [" options ]]',
    '.SH DESCRIPTION',
    text(
      'fleet asks fleetd, which starts, watches and stops one overstory session per product within the budgets of products.yaml.',
    ),
    '.SH VERBS',
    ...verbs
      .filter(({ surfaces }) => surfaces.includes('cli'))
      .flatMap(({ name, usage, summary, details = [], examples }) => [
        '.TP',
        bold(`${name} ${usage}`.trim()),
        text(`${summary}.`),
        ...details.map(text),
        ...examples.flatMap((line) => ['.br', bold(`fleet ${line}`)]),
      ]),
    '.SH OPTIONS',
    '.TP',
    bold(`--output ${forms.join('|')}`),
    text(
      'The answer as text, as one document {ok, data} or {ok, error}, or of a list the names alone. --json is --output json.',
    ),
    '.TP',
    bold('--socket path'),
    text('Where fleetd listens. Without it FLEET_SOCKET, else the trial in this folder or one above.'),
    '.TP',
    bold('--version'),
    text('The version of this program.'),
    '.SH EXIT STATUS',
    ...exits.flatMap(([code, what]) => ['.TP', bold(code), text(what)]),
    '.SH ENVIRONMENT',
    '.TP',
    bold('FLEET_SOCKET'),
    text("The path of fleetd's socket."),
    '.SH FILES',
    '.TP',
    bold('products.yaml'),
    text('The products, their repositories and budgets.'),
  ].join('\n')}\n`;
}

if (process.argv[1]?.endsWith('man.ts')) await writeFile(file, renderMan());
