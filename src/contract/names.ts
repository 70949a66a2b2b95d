// What may be the name of something.
import { z } from 'zod';

/** Of a product, a blueprint, a step, recurring work. */
export const nameSchema = z.string().regex(/^[a-z0-9][a-z0-9-]{0,40}$/);
