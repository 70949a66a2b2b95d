// Names, limits and the container of a place: without an engine.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundsOf } from '../../../src/runtime/engine/bounds.ts';
import { stateOf } from '../../../src/runtime/engine/docker-reasons.ts';
import { placeName } from '../../../src/runtime/engine/place-name.ts';

const mib = 1024 ** 2;

describe('placeName()', () => {
  it('keeps what can be kept', () => {
    expect(placeName('web-shop')).toBe('web-shop');
    expect(placeName('7')).toBe('7');
    expect(placeName('shop-')).toMatch(/^shop-[0-9a-f]{12}$/);
    expect(placeName('a'.repeat(41))).toMatch(/^a{27}-[0-9a-f]{12}$/);
    expect(placeName('Größe & Co')).toMatch(/^gr-e-co-[0-9a-f]{12}$/);
    expect(placeName('…')).toMatch(/^product-[0-9a-f]{12}$/);
  });

  it('is a name of RFC 1123 with room for what is put around it, whatever it is made of', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (product) => {
        expect(placeName(product)).toMatch(/^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$/);
      }),
    );
  });

  it('is no other product’s: not of one that differs in case, in an end, or is named like a hashed one', () => {
    const names = ['shop', 'Shop', 'shop-', '-shop', 'sh op', 'a'.repeat(41), `${'a'.repeat(40)}b`];
    const all = [...names, ...names.map(placeName)];
    const distinct = new Set(all).size;
    expect(new Set([...new Set(all)].map(placeName)).size).toBe(distinct);
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z-]{1,50}$/), fc.stringMatching(/^[a-zA-Z.-]{1,50}$/), (a, b) => {
        fc.pre(a !== b);
        expect(placeName(a)).not.toBe(placeName(b));
      }),
    );
  });
});

describe('boundsOf()', () => {
  it('leaves room above what is reserved', () => {
    expect(boundsOf({ product: 'a', memoryBytes: 4096 * mib, cpuCores: 1.5 })).toEqual({
      reserved: { memoryBytes: 4096 * mib, cpuCores: 1.5 },
      limit: { memoryBytes: 6144 * mib, cpuCores: 3 },
    });
  });
  it('never reserves too little to come up with', () => {
    expect(boundsOf({ product: 'a', memoryBytes: 0, cpuCores: 0 })).toEqual({
      reserved: { memoryBytes: 512 * mib, cpuCores: 0.1 },
      limit: { memoryBytes: 1024 * mib, cpuCores: 1 },
    });
  });
});

describe('stateOf()', () => {
  const base = {
    Status: 'running',
    Running: true,
    Paused: false,
    Restarting: false,
    OOMKilled: false,
    Dead: false,
    Pid: 1,
    ExitCode: 0,
    Error: '',
    StartedAt: '',
    FinishedAt: '',
  };
  const health = (Status: string, Output = '') => ({
    Health: { Status, FailingStreak: 1, Log: [{ Start: '', End: '', ExitCode: 1, Output }] },
  });
  const ended = { Running: false, Status: 'exited' };
  it.each([
    [{}, 'running', null],
    [health('healthy'), 'running', null],
    [health('starting'), 'starting', null],
    [health('unhealthy', 'no\n server'), 'failed', 'it is not well: no server'],
    [
      { ...ended, ExitCode: 137, OOMKilled: true },
      'failed',
      'the kernel ended it for want of memory (1 GiB)',
    ],
    [{ ...ended, ExitCode: 137 }, 'failed', 'it ended with exit 137'],
    [{ ...ended, Status: 'created', Error: 'no such\nfile' }, 'failed', 'no such file'],
    [{ ...ended, Status: 'created' }, 'starting', null],
    [{ Paused: true }, 'unknown', 'somebody has paused its container'],
    [{ Restarting: true, ExitCode: 1 }, 'failed', 'it ended with exit 1'],
  ])('%j is %s', (state, is, says) => {
    expect(stateOf({ State: { ...base, ...state }, HostConfig: { Memory: 1024 * mib } })).toEqual({
      state: is,
      says,
    });
  });
});
