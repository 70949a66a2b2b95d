// Whether text may be typed to a coordinator now. `coordinator send` and `nudge` type into its terminal and press
// Enter: at a menu that would choose something, so whoever sends asks here first. A mail's reply types nothing.
import { FleetError } from '../../common/errors.ts';
import type { Screen } from '../../overstory/screen.ts';
import type { Product } from '../../registry/registry.ts';
import type { FleetContext } from '../context.ts';
import { lookAtScreen } from '../observe/screens.ts';

export interface Typing {
  /** null: text may be typed. SCREEN_TAKES_NO_TEXT (class unavailable: ask again later) else */
  refused: FleetError | null;
  /** what was seen; null: no screen could be had, and `ov` itself will say why */
  screen: Screen | null;
}

/** Looks at the screen now: one `ov`, 60 ms. Busy and limited screens take text; whether to send then is the caller's to decide. */
export async function mayType(context: FleetContext, product: Product): Promise<Typing> {
  const screen = await lookAtScreen(context, product);
  if (screen === null || screen.acceptsText) return { refused: null, screen };
  const refused = new FleetError({
    code: 'SCREEN_TAKES_NO_TEXT',
    product: product.name,
    message: `Expected the coordinator of ${product.name} at its prompt, got ${screen.problem?.message ?? 'a menu or a screen without one'}`,
    mend: `Nothing was typed. Look at it (\`fleet logs ${product.name}\`); it is tried again when the prompt is back.`,
  });
  return { refused, screen };
}
