// Views of fleetd as text for people: one pure function per view, the same for chat and terminal.
// Everything that workers, repos or people wrote goes through sanitise.ts on its way in here.
export { accountsText } from './accounts.ts';
export { blueprintReplyText, blueprintsText, blueprintText } from './blueprint.ts';
export { capacityLine } from './capacity.ts';
export { controlText, planText, whyText } from './control.ts';
export { diffText } from './diff.ts';
export { findingText } from './doctor.ts';
export { errorText } from './error.ts';
export { estimateText } from './estimate.ts';
export { eventText } from './event.ts';
export { gatesText, resolvedText } from './gates.ts';
export { backupText, historyText } from './history.ts';
export { inboxText, replyText } from './inbox.ts';
export { rows, type Surface, surfaceFor } from './layout.ts';
export { lessonsText, proposalsText } from './lessons.ts';
export { lookText } from './look.ts';
export { noticesText } from './notices.ts';
export { objectiveText, startedText, stoppedText } from './objective.ts';
export { attachText, outputText, resultText } from './output.ts';
export { productText } from './product.ts';
export { productsText } from './products.ts';
export { queueText } from './queue.ts';
export { recurringText } from './recurring.ts';
export { reportText } from './report.ts';
export { statusText } from './status.ts';
export { boardOrder, topText } from './top.ts';
export { treeText } from './tree.ts';
