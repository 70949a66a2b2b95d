// Files that final reports name.
import { FleetError } from '../common/errors.ts';
import { allArtifactsText, artifactFileName, artifactsText, savedText } from '../text/index.ts';
import { objectiveId } from './names.ts';
import { everywhere, type Verb } from './verb.ts';

const artifacts: Verb = {
  name: 'artifacts',
  usage: '[--save folder] [objective]',
  summary: 'Files that an objective’s final report names; without one: objectives that have some',
  details: ['`--save folder` writes them there; it overwrites nothing. In a terminal only.'],
  examples: ['artifacts obj-7', 'artifacts --save ./shots obj-7'],
  surfaces: everywhere,
  grammar: (command) =>
    command.argument('[objective]').option('--save <folder>', 'write them into this folder'),
  async run({ operands: [id], options }, { client, save }, show) {
    const folder = typeof options.save === 'string' ? options.save : null;
    if (id === undefined) {
      if (folder !== null) throw saveRefused('an objective whose files are to be saved, got none');
      const data = await client.allArtifacts();
      return { data, text: allArtifactsText(show, data) };
    }
    const data = await client.artifacts(objectiveId(id));
    if (folder === null) return { data, text: artifactsText(show, data) };
    if (save === undefined)
      throw saveRefused('--save in a terminal, where the files are written, got it in chat');
    const names: string[] = [];
    for (const { n, state } of data.files) {
      if (state !== 'kept') continue;
      const file = await client.artifact(data.objective, n);
      const name = artifactFileName(file);
      await save(folder, name, Buffer.from(file.base64, 'base64'));
      names.push(name);
    }
    return { data: { ...data, saved: names }, text: savedText(show, data, folder, names) };
  },
};

const saveRefused = (expected: string) =>
  new FleetError({
    code: 'BAD_USAGE',
    message: `Expected ${expected}.`,
    mend: 'In a terminal: `fleet artifacts obj-7 --save <folder>`.',
  });

export const artifactVerbs: readonly Verb[] = [artifacts];
