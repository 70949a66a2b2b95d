// The one error type of the project: every failure a human or a program can meet has a stable code,
// the product it concerns when there is one, and the mend (what to do about it).

import { type ErrorClass, type ErrorCode, errorCatalogue } from './error-catalogue.ts';

export type { ErrorClass, ErrorCode } from './error-catalogue.ts';

/** In one line, for a log and for the reason of an end: code, sentence, mend. */
export const inOneLine = ({
  code,
  message,
  mend,
}: Pick<FleetErrorShape, 'code' | 'message' | 'mend'>): string => `${code}: ${message} ${mend}`;

/** Exit code of the CLI and HTTP status of the API, by class. Documented in docs/errors.md. */
export const errorClasses = {
  usage: { exit: 2, http: 400 },
  'not-found': { exit: 3, http: 404 },
  refused: { exit: 4, http: 409 },
  unavailable: { exit: 5, http: 503 },
  runtime: { exit: 6, http: 502 },
  internal: { exit: 1, http: 500 },
} as const satisfies Record<ErrorClass, { exit: number; http: number }>;

export interface FleetErrorShape {
  code: string;
  class: ErrorClass;
  message: string;
  mend: string;
  product: string | null;
}

interface Failure {
  code: ErrorCode;
  message: string;
  mend: string;
  product?: string | null;
  cause?: unknown;
}

/**
 * @param code    of error-catalogue.ts, which has its class
 * @param message one sentence; "Expected X, got Y" where a value was wrong
 * @param mend    one sentence a human can act on
 */
export class FleetError extends Error {
  override readonly name = 'FleetError';
  readonly code: string;
  readonly class: ErrorClass;
  readonly mend: string;
  readonly product: string | null;

  /** From a shape only where it came over a wire: its code may be another version's. */
  constructor(fields: Failure | (Omit<FleetErrorShape, 'product'> & Pick<Failure, 'product' | 'cause'>)) {
    super(fields.message, 'cause' in fields ? { cause: fields.cause } : undefined);
    this.code = fields.code;
    this.class = 'class' in fields ? fields.class : errorCatalogue[fields.code].class;
    this.mend = fields.mend;
    this.product = fields.product ?? null;
  }

  toJSON(): FleetErrorShape {
    return {
      code: this.code,
      class: this.class,
      message: this.message,
      mend: this.mend,
      product: this.product,
    };
  }

  /** Rebuilds an error that crossed a wire, so that code and mend survive the trip. */
  static from(shape: FleetErrorShape): FleetError {
    return new FleetError(shape);
  }

  /** Any thrown value as a FleetError; what has no code becomes INTERNAL. */
  static wrap(error: unknown, product?: string): FleetError {
    if (error instanceof FleetError) return error;
    return new FleetError({
      code: 'INTERNAL',
      message: error instanceof Error ? error.message : String(error),
      mend: 'This is a defect: please report it with the log lines around it.',
      product,
      cause: error,
    });
  }
}
