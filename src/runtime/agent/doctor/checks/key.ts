// A key for the workers' model: there, and of the right shape. It is never shown.
import { type Check, type MachinePlace, ok } from '../check.ts';

export const key: Check<MachinePlace> = {
  name: 'key',
  async look({ ov }) {
    if ((await ov.features()).simulated) return ok('none needed by the simulator');
    const {
      ANTHROPIC_API_KEY: key,
      ANTHROPIC_AUTH_TOKEN: token,
      CLAUDE_CODE_OAUTH_TOKEN: oauth,
      ANTHROPIC_BASE_URL: elsewhere,
    } = process.env;
    const mend =
      'Set ANTHROPIC_API_KEY in .env and run `docker compose up -d` (without Docker: set it and start again); a restart keeps the old environment.';
    // Another server than Anthropic's has keys of its own shape.
    if (key && !elsewhere && !/^sk-ant-\S{20,}$/.test(key))
      return {
        state: 'failed',
        says: 'Expected ANTHROPIC_API_KEY to look like sk-ant-…, got another shape.',
        mend,
      };
    if (key || token || oauth) return ok('present');
    return {
      state: 'warning',
      says: 'Expected a key for the workers’ model, got none in the environment.',
      mend,
    };
  },
};
