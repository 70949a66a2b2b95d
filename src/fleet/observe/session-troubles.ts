import { traitsOf } from '../../common/error-catalogue.ts';

/** Troubles of a running session that its screen shows: each is a gate. */
export const isScreenTrouble = (code: string): boolean => traitsOf(code).gate !== undefined;

/** Troubles that a healthy snapshot does not end: who found them does, or the session's end. */
export const isSessionTrouble = (code: string): boolean =>
  isScreenTrouble(code) || traitsOf(code).ofSession === true;
