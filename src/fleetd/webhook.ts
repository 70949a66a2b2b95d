// Which webhooks are taken: those that carry the secret of their product, as its forge shows that it knows it.
import { createHmac, randomBytes } from 'node:crypto';
import { sameText } from '../common/same-text.ts';
import type { Hook } from '../dashboard/index.ts';
import type { ForgeAt, Registry } from '../registry/registry.ts';

/** One that is shorter may be guessed. */
const leastCharacters = 16;

/**
 * @param environment  has the variables that `deliver.webhook` of products name
 * @param look         has the forge of a product asked at the next turn
 */
export function webhooks(
  registry: { current(): Pick<Registry, 'products'> },
  environment: NodeJS.ProcessEnv,
  look: (product: string) => void,
): Hook {
  // Where there is no secret as much is done as where there is one.
  const nobodys = randomBytes(32).toString('hex');
  return (name, header, body) => {
    const deliver = registry.current().products.find((one) => one.name === name)?.deliver;
    const secret = (deliver?.webhook && environment[deliver.webhook]) || '';
    const usable = deliver?.forgeAt != null && secret.length >= leastCharacters;
    const right = isSigned(deliver?.forgeAt?.forge ?? 'github', usable ? secret : nobodys, header, body);
    if (secret === '') return 'no webhook of that product, or its variable is not set';
    if (!usable) return `its secret has fewer than ${leastCharacters} characters`;
    if (!right) return 'not signed with its secret';
    look(name);
    return null;
  };
}

function isSigned(
  forge: ForgeAt['forge'],
  secret: string,
  header: Parameters<Hook>[1],
  body: Uint8Array,
): boolean {
  if (forge === 'gitlab') return sameText(header('x-gitlab-token') ?? '', secret);
  const signature = createHmac('sha256', secret).update(body).digest('hex');
  if (forge === 'github') return sameText(header('x-hub-signature-256') ?? '', `sha256=${signature}`);
  return sameText(header('x-gitea-signature') ?? header('x-forgejo-signature') ?? '', signature);
}
