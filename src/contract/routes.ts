// Every call of fleetd's API by its name, which is the client's method, the server's handler and the operationId of
// docs/openapi.json.
import { accountRoutes } from './accounts.ts';
import { artifactRoutes } from './artifacts.ts';
import { blueprintRoutes } from './blueprints.ts';
import { doctorRoutes } from './doctor.ts';
import { eventRoutes } from './events.ts';
import { gateRoutes } from './gates.ts';
import { interventionRoutes } from './interventions.ts';
import { lessonRoutes } from './lessons.ts';
import { mailRoutes } from './mail.ts';
import { noticeRoutes } from './notices.ts';
import { objectiveRoutes } from './objectives.ts';
import { planRoutes } from './plans.ts';
import { productRoutes } from './products.ts';
import { recurringRoutes } from './recurring.ts';
import { reportRoutes } from './reports.ts';
import type { Asked, Given } from './route.ts';
import { runtimeRoutes } from './runtimes.ts';
import { fleetRoutes } from './status.ts';
import { workRoutes } from './work.ts';
import { workerRoutes } from './workers.ts';

export const routes = {
  ...fleetRoutes,
  ...productRoutes,
  ...workerRoutes,
  ...objectiveRoutes,
  ...workRoutes,
  ...artifactRoutes,
  ...planRoutes,
  ...gateRoutes,
  ...mailRoutes,
  ...noticeRoutes,
  ...interventionRoutes,
  ...blueprintRoutes,
  ...recurringRoutes,
  ...lessonRoutes,
  ...reportRoutes,
  ...eventRoutes,
  ...accountRoutes,
  ...runtimeRoutes,
  ...doctorRoutes,
};
export type Routes = typeof routes;
export type RouteName = keyof Routes;

/** Those that are answered with one JSON document. */
export type CallName = { [N in RouteName]: Routes[N] extends { media: string } ? never : N }[RouteName];
export type GivenTo<N extends RouteName> = Given<Routes[N]>;
export type AskedOf<N extends RouteName> = Asked<Routes[N]>;
