// The icon of the tab, with how many questions wait for the human.

/** @param n  anything else than a number above 0 counts as none */
export function iconOf(n: number): string {
  const asks = Number.isInteger(n) && n > 0 ? n : 0;
  const said = asks > 9 ? '9+' : String(asks);
  const badge =
    asks === 0
      ? ''
      : `<circle cx="21" cy="11" r="11" fill="#b3261e"/><text x="21" y="16.5" font-family="system-ui,sans-serif" font-size="${said.length > 1 ? 13 : 16}" font-weight="700" text-anchor="middle" fill="#fff">${said}</text>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#2450a8"/><path d="M7 10h18M7 16h12M7 22h15" stroke="#fff" stroke-width="3" stroke-linecap="round"/>${badge}</svg>`;
}
