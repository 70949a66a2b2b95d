// A page for what went wrong: the error, and the way back.
import type { FleetErrorShape } from '../../common/errors.ts';
import { Alarm } from './alarm.tsx';
import { Document } from './layout.tsx';

export function FailurePage({ error }: { error: FleetErrorShape }) {
  return (
    <Document title="Fleet: not shown">
      <body data-live={error.class === 'unavailable' ? '' : undefined}>
        <main id="main" class="narrow">
          <h1>This cannot be shown</h1>
          <Alarm title={error.message} error={{ ...error, message: '' }} />
          <p>
            <a href="/">Go to the fleet</a>
          </p>
        </main>
      </body>
    </Document>
  );
}
