// The version of this project, for hello, health and logs.
import packageJson from '../../package.json' with { type: 'json' };

export const version: string = packageJson.version;
