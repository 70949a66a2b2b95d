// The version of overstory whose replies are imitated.

export const ovVersion = '0.10.3';

/** `--version --json`; `simulator` is the one field the real one does not have: callers must be able to tell. */
export const versionReply = {
  name: '@os-eco/overstory-cli',
  version: ovVersion,
  runtime: 'bun',
  platform: `${process.platform}-${process.arch}`,
  simulator: 'ov-sim',
};
