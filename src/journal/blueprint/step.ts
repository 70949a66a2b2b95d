/** A step of a blueprint, as its file has it. */
export interface Step {
  name: string;
  product: string;
  text: string;
  acceptance: string | null;
  /** names of steps of the same blueprint, or ids of objectives */
  needs: string[];
  /** of work; null: told from the text */
  kind: string | null;
}

/** A step as an earlier apply left it. */
export interface KnownStep extends Step {
  objective: string;
}
