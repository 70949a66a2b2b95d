import { describe, expect, it } from 'vitest';
import { ovCommands } from '../../src/overstory/commands/index.ts';
import { type Dispatch, dispatchText, dispatchVersion } from '../../src/overstory/dispatch.ts';
import { featuresOf } from '../../src/overstory/features.ts';

const objective: Dispatch = {
  objectiveId: 'obj-7',
  messageNumber: 1,
  text: 'Add a dark theme\nto every page',
  acceptance: 'All pages switch',
  source: { via: 'slack', sender: 'ana' },
  workerBudget: 4,
  planApproval: 'none',
};

describe('dispatchText', () => {
  it('carries the id in the subject and the objective, acceptance, source and budget in the body', () => {
    const { subject, body, version } = dispatchText(objective);
    expect(subject).toBe('[obj-7.1] Add a dark theme to every page');
    expect(version).toBe(dispatchVersion);
    for (const part of [
      'Add a dark theme\nto every page',
      'All pages switch',
      'ana, by slack',
      'At most 4 agents',
    ])
      expect(body).toContain(part);
    expect(body).toContain('--to operator --type result --subject "Run complete: [obj-7]"');
    expect(body).not.toContain('PLAN');
  });

  it('says what must not be missed within the 500 characters that `ov` types', () => {
    const { body } = dispatchText({ ...objective, planApproval: 'required' });
    const typed = body.slice(0, 500);
    for (const part of ['obj-7', 'ov mail list --from operator', 'PLAN FIRST', 'Run complete: [obj-7]'])
      expect(typed).toContain(part);
  });

  it('says which part of the repository is the product’s, where others have the rest', () => {
    expect(dispatchText(objective).body).not.toContain('part of the repository');
    const { body } = dispatchText({ ...objective, paths: ['services/billing', 'docs/billing.md'] });
    expect(body).toContain('## Your part of the repository\n- services/billing\n- docs/billing.md\n');
  });

  it('asks for the plan by a mail of type question with a subject that starts with PLAN', () => {
    const { body } = dispatchText({ ...objective, planApproval: 'required' });
    expect(body).toContain('--to operator --type question --subject "PLAN [obj-7]');
  });

  it('leaves out what is not known', () => {
    const { body } = dispatchText({ ...objective, acceptance: null, workerBudget: null });
    expect(body).not.toMatch(/## Acceptance|## Worker budget|null/);
  });

  it('points at the spec and quotes its beginning when the text is in one', () => {
    const text = `start ${'x'.repeat(200_000)}`;
    const { body } = dispatchText({ ...objective, text, specPath: '.overstory/specs/obj-7.md' });
    expect(body).toContain('.overstory/specs/obj-7.md');
    expect(body).toContain('start xxx');
    expect(body.length).toBeLessThan(5_000);
  });

  it('refuses a long text without a spec and is sendable below the limit', () => {
    expect(() => dispatchText({ ...objective, text: 'x'.repeat(112 * 1024) })).toThrow(
      expect.objectContaining({ code: 'OV_ARGUMENT_TOO_LARGE' }),
    );
    const { subject, body } = dispatchText({
      ...objective,
      text: '語'.repeat(21_000),
      planApproval: 'required',
    });
    const argv = ovCommands['coordinator.send'].argv({ subject, body }, featuresOf({ version: '0.9.4' }));
    expect(argv.at(-1)).toContain('語');
  });
});
