/**
 * Whether the page of an issue is one of this repository. Where `deliver:` leads elsewhere now, the same number there is
 * another issue, or none.
 * @param repository  `owner/name`
 * @param url         the page
 */
export const isOfRepository = (repository: string, url: string): boolean =>
  new URL(url).pathname.toLowerCase().includes(`/${repository.toLowerCase()}/`);
