// The accounts, and the one thing a human may say of one.
import type { Context, Hono } from 'hono';
import { acted, type Desk, frameOf, httpOf, type Refused } from './frame.ts';
import { AccountsPage } from './pages/accounts.tsx';

export function addAccountsPage(app: Hono, desk: Desk): void {
  const draw = async (c: Context, refused: Refused | null = null) =>
    c.html(<AccountsPage frame={await frameOf(c, desk, refused)} />, httpOf(refused));
  app.get('/accounts', (c) => draw(c));
  app.post('/accounts', (c) => acted(c, desk, {}, (refused) => draw(c, refused)));
}
