// The facts about lessons and proposals.
import type { Source } from '../../contract/source.ts';

export interface LessonEvents {
  /** replaces: the one that it takes the place of */
  'lesson.kept': { lesson: number; text: string; replaces: number | null; source: Source };
  'lesson.deleted': { lesson: number; source: Source };
  /** It stands in the product's own mulch now. */
  'lesson.recorded': { lesson: number };
  'proposal.made': { proposal: number; title: string; text: string; source: Source };
  'proposal.decided': { proposal: number; verdict: 'accepted' | 'dropped'; source: Source };
}
