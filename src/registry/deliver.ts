// `deliver:` of a product: what it means, and what is wrong with it beyond its shape.
import { apiOf, forgeAddress } from '../forge/address.ts';
import type { Deliver } from './registry.ts';
import type { ProductsFile } from './schema.ts';

type Written = ProductsFile['products'][number];

/** null: nothing is delivered. Of what deliverProblems() finds nothing wrong with. */
export function deliverOf({ deliver, repo }: Written): Deliver | null {
  const remote = deliver?.remote ?? repo;
  if (deliver === null || remote == null) return null;
  const { as, token, base, draft, labels, reviewers, webhook } = deliver;
  const address = forgeAddress(remote);
  const forge = deliver.forge ?? address?.kind;
  const at = address &&
    forge && { forge, api: deliver.api ?? apiOf(forge, address.host), repository: address.repository };
  const pullRequest = as === 'pull-request' && at ? { ...at, draft, labels, reviewers } : null;
  const forgeAt = token === null ? null : (at ?? null);
  const does = deliver.on_failed_checks;
  const onFailedChecks = does === null ? null : { does, most: deliver.max_reworks };
  return { as, remote, token, base, onFailedChecks, webhook, forgeAt, pullRequest };
}

/** What is missing, at which key. */
export function deliverProblems({
  deliver,
  repo,
  checkout,
}: Written): { key: string; expected: string; got: string }[] {
  if (deliver === null) return [];
  const remote = deliver.remote ?? repo;
  const wrong = (key: string, expected: string, got: string) => [{ key, expected, got }];
  if (checkout === 'in-place')
    return wrong('as', 'checkout: own, where there is something to deliver from', 'in-place');
  if (remote == null)
    return wrong('as', 'a remote to deliver to (`remote`, or `repo` of the product)', 'none');
  if (deliver.webhook !== null && deliver.token === null)
    return wrong(
      'webhook',
      'the variable with a token (`token`) beside it: a webhook only causes a look',
      'none',
    );
  if (deliver.as !== 'pull-request')
    return deliver.on_failed_checks === null
      ? []
      : wrong('on_failed_checks', 'as: pull-request, whose checks they are', deliver.as);
  const address = forgeAddress(remote);
  if (address === null)
    return wrong(
      'remote',
      'an address with host, owner and name, where pull requests are',
      JSON.stringify(remote),
    );
  if (address.kind === null && deliver.forge === undefined)
    return wrong(
      'as',
      `which forge ${address.host} is (\`forge: github, gitea or gitlab\`)`,
      'a host that does not say',
    );
  if (deliver.token === null)
    return wrong('as', 'the variable with a token (`token`) for its pull requests', 'none');
  return [];
}
