// Views of fleetd as text for people: one pure function per view, the same for chat and terminal.
// Everything that workers, repos or people wrote goes through sanitise.ts on its way in here.
export * from './accounts.ts';
export * from './blueprint.ts';
export * from './capacity.ts';
export * from './control.ts';
export * from './diff.ts';
export * from './doctor.ts';
export * from './error.ts';
export * from './estimate.ts';
export * from './event.ts';
export * from './gates.ts';
export * from './history.ts';
export * from './inbox.ts';
export * from './judged.ts';
export { rows, type Surface, surfaceFor } from './layout.ts';
export * from './lessons.ts';
export * from './look.ts';
export * from './notices.ts';
export * from './objective.ts';
export * from './output.ts';
export * from './product.ts';
export * from './products.ts';
export * from './queue.ts';
export * from './recurring.ts';
export * from './report.ts';
export * from './status.ts';
export * from './top.ts';
export * from './tree.ts';
