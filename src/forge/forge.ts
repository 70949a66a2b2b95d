// The port: what delivery asks of a forge. Pull request is everybody's word for it here, merge request too.
import type { ForgeKind } from './kinds.ts';

export interface ForgeTarget {
  kind: ForgeKind;
  /** base address of its REST API, without a slash at the end */
  api: string;
  /** `owner/name`; on GitLab with its groups */
  repository: string;
  token: string;
}

export interface PullRequest {
  number: number;
  /** its page, for a human */
  url: string;
  state: 'open' | 'merged' | 'closed';
  title: string;
  body: string;
  /** the branch that it is to go into */
  base: string;
}

export interface Wanted {
  /** the branch with the work; it is there */
  head: string;
  base: string;
  title: string;
  body: string;
  draft: boolean;
}

/** What a CI says of a commit. */
export interface Check {
  name: string;
  state: 'waiting' | 'passed' | 'failed';
  url: string | null;
}

/** What a reviewer wrote: words of others. */
export interface Remark {
  /** the forge's own, and of what kind it is */
  id: string;
  by: string;
  at: string;
  text: string;
  path: string | null;
  line: number | null;
}

/** What one request tells of a pull request; what it is not about is left out. */
export interface Glance {
  state?: PullRequest['state'];
  /** where its branch stands */
  head?: string;
  checks?: Check[];
  remarks?: Remark[];
}

/** What may be asked of a pull request, a request each. */
export type Aspects = Record<string, (number: number, head: string, etag: string | null) => Promise<Looked>>;

export interface Looked {
  /** for the next time */
  etag: string | null;
  /** null: as it was when that etag was given */
  glance: Glance | null;
}

/** Every call throws FleetError FORGE_…; one that may be tried again is of class unavailable. */
export interface Forge {
  /** All pull requests of this branch, the newest first. */
  find(head: string): Promise<PullRequest[]>;
  open(wanted: Wanted): Promise<PullRequest>;
  /** Its title and body; its state is a human's. */
  change(number: number, text: { title: string; body: string }): Promise<void>;
  addLabels(number: number, labels: string[]): Promise<void>;
  /** @param names  as the forge writes them, without @ */
  askReviewers(number: number, names: string[]): Promise<void>;
  /** What there is to watch of one that is open. The first says its state and where its branch stands. */
  watched: Aspects;
}
