// Asks for the operator's token. The script fills it in from the link's fragment, which never leaves the browser
// by itself.
import { Document } from './layout.tsx';

/** @param to  where it goes on: a path of ours */
export function LoginPage({ wrong, to }: { wrong?: boolean; to?: string }) {
  return (
    <Document title="Fleet: sign in">
      <body>
        <main id="main" class="narrow">
          <h1>Fleet</h1>
          <form id="login" method="post" action="/login" class="card">
            <input type="hidden" name="to" value={to ?? '/'} />
            {wrong && (
              <p class="wrong" role="alert">
                That is not the operator's token of this fleet.
              </p>
            )}
            <label for="token">Operator's token</label>
            <input
              id="token"
              name="token"
              type="password"
              required
              autocomplete="current-password"
              aria-describedby="token-help"
            />
            <p id="token-help" class="quiet">
              <code>npm start</code> prints a link that holds it; with Docker it is in{' '}
              <code>docker compose logs fleetd</code>.
            </p>
            <button type="submit">Open the fleet</button>
          </form>
        </main>
      </body>
    </Document>
  );
}
