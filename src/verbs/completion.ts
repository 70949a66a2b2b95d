// completion <shell>: what makes a shell complete `fleet`. The script asks `fleet complete -- <words>` at each Tab and hands
// over each word as it is: nothing of what stands on the line is evaluated.
import { FleetError } from '../common/errors.ts';
import type { Verb } from './verb.ts';

/** Of a shell: the script, given the command that it asks as one quoted word, and the file that reads it at each start. */
const shells: Record<string, { script(fleet: string): string; startFile: string }> = {
  bash: {
    // Without a candidate bash completes files by itself: that is right for texts and for files.
    script: (fleet) => `_fleet_complete() {
  local IFS=$'\\n'
  COMPREPLY=($(${fleet} complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null | cut -f1))
}
complete -o default -F _fleet_complete fleet`,
    startFile: '~/.bashrc',
  },
  zsh: {
    script: (fleet) => `#compdef fleet
_fleet() {
  local line
  local -a found
  for line in \${(f)"$(${fleet} complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)"}; do
    found+=("\${line/$'\\t'/:}")
  done
  if (( $#found )); then _describe fleet found; else _files; fi
}
compdef _fleet fleet`,
    startFile: '~/.zshrc',
  },
  fish: {
    script: (fleet) => `function __fleet_complete
    set -l words (commandline -opc)
    set -l word (commandline -ct)
    set -l found (${fleet} complete -- $words[2..-1] "$word" 2>/dev/null)
    if test (count $found) -gt 0
        printf '%s\\n' $found
    else
        __fish_complete_path "$word"
    end
end
complete -c fleet -f -a '(__fleet_complete)'`,
    startFile: '~/.config/fish/config.fish',
  },
};

/** What a shell would need to run this very `fleet`, whatever its PATH says. */
const quoted = (path: string) => `'${path.replaceAll("'", String.raw`'\''`)}'`;

export const completion: Verb = {
  name: 'completion',
  usage: '<bash|zsh|fish>',
  summary: 'Print what lets a shell complete verbs, options, products, objectives and gates',
  details: [
    'Try it in this shell: `source <(fleet completion bash)`, likewise zsh; in fish `fleet completion fish | source`.',
    'To keep it, put that line into the file which your shell reads at its start.',
  ],
  examples: ['completion bash', 'completion fish'],
  surfaces: ['cli'],
  grammar: (command) => command.argument('<shell>'),
  async run({ operands: [name = ''] }, { program }) {
    const shell = Object.hasOwn(shells, name) ? shells[name] : undefined;
    if (!shell)
      throw new FleetError({
        code: 'BAD_USAGE',
        message: `Expected one of ${Object.keys(shells).join(', ')}, got ${JSON.stringify(name.slice(0, 40))}.`,
        mend: 'See `fleet help completion`.',
      });
    const script = shell.script(quoted(program?.() ?? 'fleet'));
    return { data: { shell: name, script, startFile: shell.startFile }, text: script };
  },
};
