import { getHeapStatistics } from 'node:v8';
import { systemClock } from '@wirepact/core/internal';
import { createManualClock } from '@wirepact/core/testing';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineChannels } from '@wirepact/core';
import type { OriginOptions } from './options.js';
import { defaultOptions, resolveOptions } from './resolve-options.js';
import { SocketManager } from './socket-manager.js';

describe('resolveOptions', () => {
  it('fills in every default', () => {
    expect(resolveOptions({})).toMatchObject({ ...defaultOptions, clock: systemClock });
  });

  it('keeps what is given, and the other defaults of its group', () => {
    const clock = createManualClock();
    const resolved = resolveOptions({
      limits: { maxRooms: 3 },
      backpressure: { softBytes: 70_000 },
      heartbeat: { intervalMs: 0.5, timeoutMs: undefined as never },
      clock,
    });
    expect(resolved.limits).toEqual({ ...defaultOptions.limits, maxRooms: 3 });
    expect(resolved.backpressure).toEqual({
      ...defaultOptions.backpressure,
      softBytes: 70_000,
      maxTotalBytes: getHeapStatistics().heap_size_limit / 4,
    });
    expect(resolved.heartbeat).toEqual({ intervalMs: 0.5, timeoutMs: 10_000 });
    expect(resolved.clock).toBe(clock);
  });

  it.each([0, -1, NaN, Infinity, '5', null])('refuses the figure %s', (figure) => {
    const limits = { maxRooms: figure as number };
    expect(() => resolveOptions({ limits })).toThrow(
      new TypeError(`limits.maxRooms is ${String(figure)}; give it a whole number above 0`),
    );
  });

  it.each<[Parameters<typeof resolveOptions>[0], string]>([
    [{ limits: { maxInFlight: 2.5 } }, 'limits.maxInFlight is 2.5; give it a whole number above 0'],
    [{ limits: { maxMessageBytes: 0.5 } }, 'limits.maxMessageBytes is 0.5'],
    [{ limits: { badFramesPer10s: 1.5 } }, 'limits.badFramesPer10s is 1.5'],
    [{ session: { answers: 1.5 } }, 'session.answers is 1.5'],
    [{ logs: { maxBytes: 1.5 } }, 'logs.maxBytes is 1.5'],
    [
      { limits: { maxMessageBytes: 2 ** 32 } },
      'limits.maxMessageBytes is 4294967296; 2147483647 is the most',
    ],
    [{ limits: { closeTimeoutMs: 2 ** 31 } }, 'limits.closeTimeoutMs is 2147483648'],
  ])('refuses %o, which would bound nothing', (options, why) => {
    expect(() => resolveOptions(options)).toThrow(TypeError);
    expect(() => resolveOptions(options)).toThrow(why);
  });

  it.each([
    [
      { hardBytes: 50_000 },
      'backpressure.softBytes is 262144, more than backpressure.hardBytes, which is 50000',
    ],
    [{ softBytes: 1 }, 'backpressure.resumeBytes is 65536, more than backpressure.softBytes, which is 1'],
    [{ resumeBytes: 3, softBytes: 2, hardBytes: 1 }, 'backpressure.resumeBytes is 3'],
  ])('refuses the bounds %o, which are not in order', (backpressure, why) => {
    expect(() => resolveOptions({ backpressure })).toThrow(TypeError);
    expect(() => resolveOptions({ backpressure })).toThrow(why);
  });

  it('takes bounds that are the same', () => {
    const backpressure = { resumeBytes: 1, softBytes: 1, hardBytes: 1 };
    expect(resolveOptions({ backpressure }).backpressure).toMatchObject(backpressure);
  });

  it('takes parts of a rate and of a time, and as much memory as there is', () => {
    const limits = { joinsPerSecond: 0.1, upgradesPerSecondPerIp: 0.1, closeTimeoutMs: 2 ** 31 - 1 };
    expect(resolveOptions({ limits, logs: { maxTotalBytes: 2 ** 40 } })).toMatchObject({ limits });
  });

  it.each(['maxroom', '__proto__', 'constructor'])('refuses the unknown figure %s', (name) => {
    const limits = Object.fromEntries([[name, 1]]);
    expect(() => resolveOptions({ limits })).toThrow(new TypeError(`limits knows no "${name}"`));
  });

  it.each<OriginOptions>([
    [],
    ['https://app.example'],
    ['http://localhost:5173', 'capacitor://localhost'],
    ['http://[::1]:80'],
    '*',
    () => true,
  ])('takes the origins %s', (origins) => {
    expect(() => resolveOptions({ origins })).not.toThrow();
  });

  it.each([
    ['https://app.example/'],
    ['https://app.example/path'],
    ['app.example'],
    ['https://APP.example'],
    ['https://user@app.example'],
    ['https://*'.replace('*', '')],
    ['null'],
    ['*'],
    [''],
    [5],
  ])('refuses the origin %j, which no browser would send', (origin) => {
    expect(() => resolveOptions({ origins: [origin] as string[] })).toThrow(
      new TypeError(`${JSON.stringify(origin)} is no origin; write one like "https://app.example:8443"`),
    );
  });

  it('refuses origins that are no list', () => {
    expect(() => resolveOptions({ origins: 'https://app.example' as never })).toThrow('origins is no list');
  });
});

describe('a SocketManager', () => {
  const channels = defineChannels({ say: { in: z.string() }, output: { out: z.string() } });
  const make = (options: object) => () => new SocketManager(channels, options);

  it.each<[object, string]>([
    [{ routes: { nope: () => undefined } }, 'no channel "nope" with "in"'],
    [{ routes: { output: () => undefined } }, 'no channel "output" with "in"'],
    [{ routes: { say: 'text' } }, 'the route of "say" is not a function'],
    [{ dialect: 'morse' }, 'there is no dialect "morse"; choose path-data or event-payload'],
    [{ dialect: 'constructor' }, 'there is no dialect "constructor"'],
    [{ heartbeat: { intervalMs: 0 } }, 'heartbeat.intervalMs is 0'],
    [{ origins: ['app.example'] }, '"app.example" is no origin'],
    [{ authenicate: () => 1 }, 'there is no option "authenicate"'],
    [Object.fromEntries([['__proto__', 1]]), 'there is no option "__proto__"'],
    [{ constructor: 1 }, 'there is no option "constructor"'],
    [{ event: { onconnect: () => 1 } }, 'there is no option "event.onconnect"'],
    [{ rooms: { authorise: () => true } }, 'there is no option "rooms.authorise"'],
    [{ limits: { maxSockets: 1 } }, 'limits knows no "maxSockets"'],
    [{ session: { resumeFor: 1 } }, 'session knows no "resumeFor"'],
    [{ authenticate: null }, 'the option "authenticate" is no function'],
    [{ userId: 'id' }, 'the option "userId" is no function'],
    [{ recheck: true }, 'the option "recheck" is no function'],
    [{ onError: {} }, 'the option "onError" is no function'],
    [{ event: { onConnect: 'x' } }, 'the option "event.onConnect" is no function'],
    [{ rooms: { authorize: true } }, 'the option "rooms.authorize" is no function'],
    [{ rooms: 5 }, 'the option "rooms" is no object'],
    [{ event: null }, 'the option "event" is no object'],
  ])('is not made of %o', (options, why) => {
    expect(make(options)).toThrow(TypeError);
    expect(make(options)).toThrow(why);
  });

  it('is made without any', () => {
    expect(make({ routes: { say: undefined } })).not.toThrow();
    expect(
      make({ authenticate: undefined, event: { onConnect: undefined }, rooms: undefined }),
    ).not.toThrow();
  });
});
