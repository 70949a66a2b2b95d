// The part of the client that is about work: estimates, blueprints, what recurs, reports, lessons.

import {
  type ApplyRequest,
  type BlueprintReply,
  type BlueprintView,
  blueprintReplySchema,
  blueprintSchema,
  type DraftRequest,
} from '../contract/blueprints.ts';
import type { ControlRequest } from '../contract/controls.ts';
import {
  type DecisionRequest,
  type LessonRequest,
  type LessonView,
  lessonSchema,
  type ProposalRequest,
  type ProposalView,
  proposalSchema,
} from '../contract/lessons.ts';
import { type EstimateView, estimateSchema } from '../contract/plans.ts';
import { type LayDownReply, type LayDownRequest, layDownReplySchema } from '../contract/products.ts';
import { type EveryRequest, type RecurringView, recurringSchema } from '../contract/recurring.ts';
import { type ReportView, reportSchema } from '../contract/reports.ts';
import type { Calls } from './calls.ts';
import { query, segment } from './transport.ts';

export interface WorkClient {
  /** What one more objective is expected to take; its text tells the kind of work where `kind` does not. */
  estimate(product: string, about: { text?: string; kind?: string }): Promise<EstimateView>;
  blueprints(): Promise<BlueprintView[]>;
  /** @param name of one that was applied, or `draft-<n>` */
  blueprint(name: string): Promise<BlueprintView>;
  /** Writes a plan down to be looked at. */
  draftBlueprint(asked: DraftRequest): Promise<BlueprintReply>;
  diffBlueprint(asked: ApplyRequest): Promise<BlueprintReply>;
  /** A human's word: lets it run. */
  applyBlueprint(asked: ApplyRequest): Promise<BlueprintReply>;
  deleteBlueprint(name: string, asked: ControlRequest & { stop?: boolean }): Promise<BlueprintView>;
  retryBlueprint(name: string, asked: ControlRequest): Promise<BlueprintView>;
  /** @param since yesterday, today, 12h, 7d or a date */
  report(since: string): Promise<ReportView>;
  lessons(product?: string): Promise<LessonView[]>;
  keepLesson(product: string, asked: LessonRequest): Promise<LessonView>;
  forgetLesson(n: number, asked: ControlRequest): Promise<LessonView>;
  proposals(): Promise<ProposalView[]>;
  propose(asked: ProposalRequest): Promise<ProposalView>;
  decideProposal(n: number, asked: DecisionRequest): Promise<ProposalView>;
  /** Overstory's files for a product that is not code; on the operator's socket only. */
  layDown(product: string, asked: LayDownRequest): Promise<LayDownReply>;
  recurring(): Promise<RecurringView[]>;
  /** A human's word: work that comes again. */
  every(asked: EveryRequest): Promise<RecurringView>;
  changeRecurring(
    name: string,
    change: 'pause' | 'resume' | 'delete',
    asked: ControlRequest,
  ): Promise<RecurringView>;
}

export function workClient({ get, post }: Calls): WorkClient {
  return {
    estimate: async (product, about) => get(`/estimate/${segment(product)}${query(about)}`, estimateSchema),
    blueprints: () => get('/blueprints', blueprintSchema.array()),
    blueprint: async (name) => get(`/blueprints/${segment(name)}`, blueprintSchema),
    draftBlueprint: (asked) => post('/blueprints/draft', asked, blueprintReplySchema),
    diffBlueprint: (asked) => post('/blueprints/diff', asked, blueprintReplySchema),
    applyBlueprint: (asked) => post('/blueprints/apply', asked, blueprintReplySchema),
    deleteBlueprint: async (name, asked) =>
      post(`/blueprints/${segment(name)}/delete`, asked, blueprintSchema),
    retryBlueprint: async (name, asked) => post(`/blueprints/${segment(name)}/retry`, asked, blueprintSchema),
    report: (since) => get(`/report${query({ since })}`, reportSchema),
    lessons: (product) => get(`/lessons${query({ product })}`, lessonSchema.array()),
    keepLesson: async (product, asked) => post(`/products/${segment(product)}/lessons`, asked, lessonSchema),
    forgetLesson: (n, asked) => post(`/lessons/${n}/delete`, asked, lessonSchema),
    proposals: () => get('/proposals', proposalSchema.array()),
    propose: (asked) => post('/proposals', asked, proposalSchema),
    decideProposal: (n, asked) => post(`/proposals/${n}`, asked, proposalSchema),
    layDown: async (product, asked) => post(`/products/${segment(product)}/init`, asked, layDownReplySchema),
    recurring: () => get('/recurring', recurringSchema.array()),
    every: (asked) => post('/recurring', asked, recurringSchema),
    changeRecurring: async (name, change, asked) =>
      post(`/recurring/${segment(name)}/${change}`, asked, recurringSchema),
  };
}
