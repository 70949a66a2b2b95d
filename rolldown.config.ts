// One file per program (`fleet` has more): what runs in the images, and the CLI, is built and not transpiled at start. Each
// program carries its dependencies, so an image needs Node and these files only.
import { readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { defineConfig, type OutputOptions, type Plugin, type RolldownOptions } from 'rolldown';
import license from 'rollup-plugin-license';

/** In the order in which they are written: a build that wrote the last is whole. */
const programs: Record<string, string> = {
  trial: 'src/trial/main.ts',
  cli: 'src/cli/main.ts',
  agent: 'src/runtime/agent/main.ts',
  prepare: 'src/runtime/bootstrap/main.ts',
  publisher: 'src/runtime/publish/main.ts',
  deliverer: 'src/runtime/deliver/main.ts',
  'openclaw/index': 'src/openclaw/index.ts',
  'gateway-main': 'src/openclaw/gateway-main.ts',
  'ov-sim': 'src/simulator/ov-sim.ts',
  'tmux-sim': 'src/simulator/tmux-sim.ts',
  fleetd: 'src/fleetd/main.ts',
};
/** Of `npm start`: `trial` is built before it, `others` beside it. */
const { FLEET_BUILD: part } = process.env;
const asked = Object.entries(programs).filter(
  ([name]) => part === undefined || (part === 'trial') === (name === 'trial'),
);

/** What the dashboard serves as it is lies beside the programs, as it lies beside the sources. */
export const dashboardAssets: Plugin = {
  name: 'dashboard-assets',
  generateBundle() {
    for (const name of readdirSync('src/dashboard/assets', { recursive: true }).map(String)) {
      if (!extname(name)) continue;
      this.emitFile({
        type: 'asset',
        fileName: `assets/${name}`,
        source: readFileSync(`src/dashboard/assets/${name}`),
      });
    }
    const library = 'node_modules/@highlightjs/cdn-assets';
    for (const [name, file] of [
      ['highlight.js', 'es/highlight.min.js'],
      ['highlight.licenses.txt', 'LICENSE'],
    ])
      this.emitFile({
        type: 'asset',
        fileName: `assets/${name}`,
        source: readFileSync(`${library}/${file}`),
      });
  },
};

// What dockerode brings for building images and for engines over ssh: two thirds of fleetd's program, which fleetd
// would read, compile and hold at every start for the one exec that it makes.
const unusedByUs = /^(@grpc\/(grpc-js|proto-loader)|protobufjs|ssh2|tar-fs|@balena\/dockerignore)$/;
export const withoutImageBuilding: Plugin = {
  name: 'without-image-building',
  resolveId: (id, importer) => (unusedByUs.test(id) && importer ? `\0unused:${id}` : null),
  load: (id) => (id.startsWith('\0unused:') ? 'module.exports = {};' : null),
};

/**
 * What libraries do as they are loaded, put off until it is wanted: most programs that carry them never want it. Each takes
 * milliseconds, of `fleet status` a tenth.
 */
const later: { of: RegExp; from: string; to: string }[] = [
  {
    of: /\/string-width\/index\.js$/,
    from: 'const segmenter = new Intl.Segmenter();',
    to: 'let made; const segmenter = { segment: (text) => (made ??= new Intl.Segmenter()).segment(text) };',
  },
  {
    // V8 reads the literal, and ICU its data for it, also where nobody runs it.
    of: /\/string-width\/index\.js$/,
    from: String.raw`const rgiEmojiRegex = /^\p{RGI_Emoji}$/v;`,
    to: String.raw`let emoji; const rgiEmojiRegex = { test: (text) => (emoji ??= new RegExp('^\\p{RGI_Emoji}$', 'v')).test(text) };`,
  },
  {
    // It starts programs for those of its commands that are programs of their own; ours are none.
    of: /\/commander\/lib\/command\.js$/,
    from: "import childProcess from 'node:child_process';",
    to: 'const childProcess = {};',
  },
];
export const loadedLater: Plugin = {
  name: 'loaded-later',
  transform(code, id) {
    const found = later.filter(({ of }) => of.test(id));
    for (const { from } of found)
      if (!code.includes(from)) throw new Error(`Expected \`${from}\` in ${id}, got another version of it.`);
    return found.length === 0
      ? null
      : found.reduce((text, { from, to }) => text.replace(from, () => to), code);
  },
};

/** A program carries code of others, whose licenses ask to go along with it: `<program>.licenses.txt` beside it. */
function licensesOf(program: string): Plugin[] {
  let texts: string[] = [];
  // Its types are those of a module, what Node loads is not.
  const collect = license as unknown as typeof license.default;
  return [
    collect({
      thirdParty: (packages) => {
        texts = packages.map((one) => one.text());
      },
    }) as Plugin,
    {
      name: 'licenses',
      generateBundle() {
        const source = texts.join('\n\n---\n\n');
        if (source !== '') this.emitFile({ type: 'asset', fileName: `${program}.licenses.txt`, source });
      },
    },
  ];
}

/** How programs are written. A character above Latin-1 would have V8 hold the whole text of a program at two bytes each. */
export const written = {
  comments: { jsdoc: false },
  minify: { compress: false, mangle: false, codegen: { asciiOnly: true, removeWhitespace: false } },
} satisfies OutputOptions;

/**
 * What lives for one call is CommonJS: as a module it would look at every export of each built-in that it imports, and some
 * of them load more, which is half of what a simulated `ov` costs. Of `fleet` the parts are files of their own, read when they
 * are wanted: there what is loaded is most of the rest.
 */
const brief = { dir: 'dist', format: 'cjs', entryFileNames: '[name].cjs', ...written } as const;
const outputs: Record<string, OutputOptions> = {
  cli: { ...brief, chunkFileNames: 'cli/[name].cjs' },
  'ov-sim': { ...brief, codeSplitting: false },
  'tmux-sim': { ...brief, codeSplitting: false },
};
const longLived: OutputOptions = {
  dir: 'dist',
  format: 'esm',
  codeSplitting: false,
  entryFileNames: '[name].js',
  sourcemap: false,
  ...written,
};

export default defineConfig(
  asked.map(
    ([name, input]): RolldownOptions => ({
      input: { [name]: input },
      platform: 'node',
      plugins: [
        loadedLater,
        ...(name === 'fleetd' || name === 'trial' ? [dashboardAssets, withoutImageBuilding] : []),
        ...licensesOf(name),
      ],
      // The gateway brings its own SDK.
      external: [/^openclaw\//],
      output: outputs[name] ?? longLived,
    }),
  ),
);
