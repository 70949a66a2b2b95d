// Numbers and words of the contract that are wanted without its schemas, which take longer to load than most verbs to run.
export { directCapabilities } from '../overstory/capabilities.ts';

/** 16 KiB in chat would be a paste by mistake; the API takes 256 KiB and says so beyond it. */
export const maxObjectiveBytes = 262_144;
