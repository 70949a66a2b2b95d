// The port: what delivery and intake ask of a forge. Pull request is everybody's word for it here, merge request too.
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

/** Words of whoever wrote it. */
export interface Issue {
  number: number;
  /** its page, for a human */
  url: string;
  state: 'open' | 'closed';
  title: string;
  body: string;
  by: string;
}

/** How many issues one page holds: of those that are offered, what all three give. */
export const issuesOnPage = 50;

/** What is asked of a forge about issues. A pull request is none, also where the forge lists it as one. */
export interface Issues {
  /**
   * A page of the open issues that carry the label, whatever the forge makes of one that it does not know.
   * @param page  from 1
   * @param etag  of that page's last answer; null: none
   * @returns issues null: as they were when that etag was given. more: whether another page follows
   */
  issues(
    label: string,
    page: number,
    etag: string | null,
  ): Promise<{ etag: string | null; issues: Issue[] | null; more: boolean }>;
  issue(number: number): Promise<Issue>;
  /**
   * The comment on an issue that has this in its text; null: there is none.
   * @param since  ISO 8601: none that is older is looked through
   */
  findComment(number: number, marker: string, since: string): Promise<{ id: number; body: string } | null>;
  addComment(number: number, body: string): Promise<void>;
  changeComment(number: number, id: number, body: string): Promise<void>;
}

/** Every call throws FleetError FORGE_…; one that may be tried again is of class unavailable. */
export interface Forge extends Issues {
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
