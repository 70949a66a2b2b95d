// Which model is in the chair: of MODEL, MODEL_URL and the provider's own key. Pure.
import { FleetError } from '../common/errors.ts';
import {
  type GatewayModel,
  type Provider,
  type ProviderName,
  providedModel,
  providers,
} from './providers.ts';

export type ModelChoice =
  | { kind: 'demo' }
  /** It is said in WebChat to whoever asks; all else works. */
  | { kind: 'none'; why: FleetError }
  | {
      kind: 'provided';
      model: GatewayModel;
      /** for the log: what answers, and where; no key */
      said: string;
      /** of the gateway: the provider's key, and no other */
      env: Record<string, string>;
    };

export interface Place {
  /** name of the machine that servers of one's own run on, as the gateway reaches it */
  localHost: string;
  /** where a variable is set, for the mend */
  whereToSet: string;
  /** what answers where MODEL says nothing: the demo model, or Anthropic by its key */
  unasked: 'demo' | 'anthropic';
}

const names = Object.keys(providers) as ProviderName[];
const isProvider = (name: string): name is ProviderName => Object.hasOwn(providers, name);

/** @param env MODEL (`demo`, `<provider>/<model>` or `anthropic`), MODEL_URL, and keys by the provider's own variable */
export function chooseModel(env: NodeJS.ProcessEnv, place: Place): ModelChoice {
  const asked = env.MODEL || (place.unasked === 'demo' && !env.ANTHROPIC_API_KEY ? 'demo' : 'anthropic');
  if (asked === 'demo') return { kind: 'demo' };
  const [name = '', ...rest] = asked.split('/');
  if (!isProvider(name)) return none(unknown(asked));
  const provider: Provider = providers[name];
  // ANTHROPIC_MODEL stands where MODEL could not name a model yet.
  const id = rest.join('/') || (name === 'anthropic' && env.ANTHROPIC_MODEL) || provider.usual;
  if (id === null) return none(unnamed(name, provider));

  const key = provider.keys.find((variable) => env[variable]) ?? null;
  if (key === null && provider.keyNeeded) return none(keyless(asked, provider, place));
  const url = addressOf(name, provider, env.MODEL_URL, place);
  if (url instanceof FleetError) return none(url);
  return {
    kind: 'provided',
    model: providedModel(name, id, { url, key }),
    said: `${name}/${id}${url === null ? '' : ` at ${url}`}`,
    env: key === null ? {} : { [key]: env[key] ?? '' },
  };
}

const none = (why: FleetError): ModelChoice => ({ kind: 'none', why });

function addressOf(
  name: ProviderName,
  provider: Provider,
  given: string | undefined,
  { localHost, whereToSet }: Place,
): string | null | FleetError {
  if (given) {
    const url = URL.canParse(given) ? new URL(given) : null;
    if (url && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '')
      return given.replace(/\/+$/, '');
    return new FleetError({
      code: 'MODEL_ADDRESS',
      message: 'Expected MODEL_URL to be http://… or https://… without a password in it, got another text.',
      mend: `Mend MODEL_URL ${whereToSet}, e.g. MODEL_URL=http://${localHost}:8000/v1; its key is in ${provider.keys[0]}.`,
    });
  }
  if (provider.local !== null) return `http://${localHost}${provider.local}`;
  if (name !== 'compatible') return null;
  return new FleetError({
    code: 'MODEL_ADDRESS',
    message: 'Expected MODEL_URL to say where the OpenAI-compatible server is, got none.',
    mend: `Set MODEL_URL ${whereToSet}, e.g. MODEL_URL=http://${localHost}:8000/v1.`,
  });
}

const unknown = (asked: string): FleetError =>
  new FleetError({
    code: 'MODEL_UNKNOWN',
    message: `Expected MODEL to be demo or <provider>/<model> of ${names.join(', ')}, got ${JSON.stringify(asked.slice(0, 100))}.`,
    mend: 'For another provider with an OpenAI-compatible address set MODEL=compatible/<model>, MODEL_URL and MODEL_API_KEY.',
  });

const unnamed = (name: ProviderName, { example }: Provider): FleetError =>
  new FleetError({
    code: 'MODEL_UNKNOWN',
    message: `Expected MODEL to name a model after the provider, got ${name} alone.`,
    mend: `Name it, e.g. MODEL=${name}/${example}.`,
  });

const keyless = (asked: string, { title, keys }: Provider, { whereToSet }: Place): FleetError =>
  new FleetError({
    code: 'MODEL_KEY_MISSING',
    message: `I have no model to think with: ${asked} wants a key of ${title}, and ${keys.join(' or ')} is not set.`,
    mend: `Set ${keys[0]} ${whereToSet}, and start again.`,
  });
