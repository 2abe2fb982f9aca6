// What may come from the engine: the forms that processes use among themselves, filled with what is right and what is not.
import type { Chance } from './fuzz.js';
import { messageSeeds } from './message-seeds.js';
import { mutateText } from './mutation.js';

/** What whoever gets at the engine can know. */
export interface Known {
  readonly processes: readonly string[];
  readonly sessions: readonly string[];
  /** Where the log stands that is spoken of. */
  readonly head: { readonly epoch: string; readonly at: number };
}

const odd: readonly unknown[] = [
  ...[undefined, null, true, 0, -1, 1.5, 1e300, 2 ** 53 - 1, '', 'x', '1', '__proto__', '$welcome', '"},{"'],
  ...[
    [],
    {},
    [[]],
    [1, 2],
    [null],
    { length: 1e9 },
    { then: 1 },
    { toString: 1 },
    { text: 5 },
    [{ text: 5 }],
  ],
];
const codes = [1000, 4000, 4600, 4401, 1006, 0, -1, NaN, 65_536];
const paths = [
  'notice',
  'chat',
  'cursor',
  'echo',
  '$error',
  '$welcome',
  '$gap',
  '__proto__',
  '',
  'p'.repeat(300),
];
const rooms = ['lobby', 'attic', '', '*', '$inbox', '__proto__', 'r'.repeat(300)];
const ranges = ['[]', '[[1,2]]', '[[5,1]]', '[[1,9007199254740990]]', '[[9e15,9e15]]', '{}', '[[1,2],[1,2]]'];
const frame = '{"path":"echo","data":1,"id":1}';
const frames: readonly unknown[] = [
  [],
  [{ text: frame }],
  [{ text: frame, n: 1 }],
  [{ text: '{' }],
  [null],
  [{}],
  frame,
];

/** Any of what a value could be instead, now and then. */
const orOdd = (right: unknown, chance: Chance): unknown => (chance.often(0.85) ? right : chance.pick(odd));

/** Each value as it is, or now and then another one; written as JSON. */
function write(values: Readonly<Record<string, unknown>>, chance: Chance): string {
  const { kind, ...rest } = values;
  const entries = Object.entries(rest).map(([name, value]) => [name, orOdd(value, chance)] as const);
  return JSON.stringify({ kind, ...Object.fromEntries(entries) });
}

/** What one process says to another. */
export function makeTold({ processes, sessions }: Known, chance: Chance): string {
  const { pick, below } = chance;
  const [id, number] = [pick(sessions), below(6)];
  switch (below(12)) {
    case 0:
      return write(
        { kind: 'hand-over', id, generation: below(4), to: pick(processes), isThere: chance.often(0.5) },
        chance,
      );
    case 1:
    case 2: {
      const answers = pick([[], [[number, pick(frames)]], [[pick(odd), pick(frames)]], [pick(odd)]]);
      const running = pick([[], [[number, pick(processes)]], [[number, pick(odd)]], [pick(odd)]]);
      const said = {
        id,
        from: pick(processes),
        generation: below(4),
        had: below(4),
        state: pick(['{}', '}']),
      };
      return write({ kind: 'handed-over', ...said, done: pick(ranges), answers, running }, chance);
    }
    case 3:
      return write({ kind: 'handled', id, number, frames: pick(frames) }, chance);
    case 4: {
      const timeoutMs = pick([100, -1, 1e300]);
      return write(
        { kind: 'ask', number, from: pick(processes), id, path: pick(paths), json: '1', timeoutMs },
        chance,
      );
    }
    case 5:
      return write(
        { kind: 'answer', number, data: 1, error: pick([undefined, { code: 'x' }, ...odd]) },
        chance,
      );
    case 6:
      return write({ kind: 'wanted', id, to: pick(processes), numbers: [number, pick(odd)] }, chance);
    case 7:
      return write({ kind: 'lost', id, number }, chance);
    case 8:
      return write({ kind: 'cancel', id, number }, chance);
    case 9:
      return write({ kind: 'move', id, room: pick(rooms), isIn: chance.often(0.5) }, chance);
    case 10:
      return write({ kind: 'passed-on', number, to: pick(processes) }, chance);
    default: {
      const before = pick([undefined, 0, 1e300]);
      return write({ kind: 'close', id, reason: 'x', code: pick(codes), before }, chance);
    }
  }
}

/** What stands behind the head of what is said of a log: a message, or a notice. */
function makeBody(room: string, { processes, sessions }: Known, chance: Chance): string {
  const { pick } = chance;
  if (chance.often(0.15)) {
    return write({ kind: 'disconnect', userId: 'nobody', reason: 'x', code: pick(codes) }, chance);
  }
  if (chance.often(0.2)) {
    const info = pick([undefined, '{}', '{"id":1}', '}', '1},{"', '{"__proto__":1}']);
    const from = pick([undefined, ...processes]);
    return write({ kind: 'member', room, id: pick([...sessions, '__proto__']), info, from }, chance);
  }
  const except = pick([null, '*', pick(sessions)]);
  const head = [orOdd(pick(paths), chance), orOdd(except, chance), orOdd(pick([null, 'slot']), chance)];
  const data = pick(['', '1', '"x"', '{"a":1}', '{', '1}', '"},{"path":"$gap', pick(messageSeeds)]);
  return `${JSON.stringify(head)}\n${data}`;
}

/** What is said of a log. */
export function makeSaid(room: string, known: Known, chance: Chance): string {
  const { pick, below } = chance;
  const body = makeBody(room, known, chance);
  const { epoch, at } = known.head;
  switch (below(6)) {
    case 0:
      return mutate(
        `l${pick([4, 0, -1, 1e9, 'x', body.length])} slot${body} ${pick([0, 1, 2 ** 53 - 1, 2 ** 53, 'x'])}`,
        chance,
      );
    case 1:
      return mutate(`r${pick([epoch, '', 'another'])}`, chance);
    case 2:
      return mutate(`t${body}`, chance);
    case 3: {
      const [position, after] = [pick([at, 0, 1, 2 ** 53 - 1, -1]), pick([at, 0, 1, 2 ** 53])];
      return mutate(
        `a${position} ${after} ${pick([0, 1, 'x'])} ${pick(['k', ''])} ${pick(['e', ''])}\n${body}`,
        chance,
      );
    }
    case 4:
      // where there is no key, who knows where a log stands is believed about it: it says what could come next
      return `a${at + 1} ${at} ${pick([0, 1])} k ${epoch}\n${mutate(body, chance)}`;
    default:
      return mutate(`e${body}`, chance);
  }
}

/** A text as it is, or a little different. */
export function mutate(text: string, chance: Chance): string {
  return chance.often(0.4) ? mutateText(text, chance) : text;
}

/** Commands that put something into what is kept of a log. */
export function spoilLog(channel: string, room: string, known: Known, chance: Chance): string[][] {
  const { pick, below } = chance;
  const body = makeBody(room, known, chance);
  const position = pick([1, known.head.at + 1, 2 ** 53 - 1, 2 ** 53 + 2]);
  switch (below(6)) {
    case 0:
      return [
        ['HSET', `${channel}:h`, pick(['epoch', 'at', 'total', 'gone']), pick(['', 'x', '-1', '9e99', '5'])],
      ];
    case 1:
    case 2: {
      const fields = [
        'a',
        pick(['0', '1', '-1', 'x', String(position)]),
        't',
        pick(['0', 'x']),
        'k',
        'k',
        's',
        '0',
      ];
      const kept = chance.often(0.7) ? [...fields, 'b', body] : ['what', 'ever'];
      return [['XADD', `${channel}:e`, `${position}-0`, ...kept]];
    }
    case 3: {
      const time = pick(['0', '9e15', String(Date.now())]);
      return [
        ['HSET', `${channel}:v`, 'slot', body],
        ['ZADD', `${channel}:w`, time, 'slot'],
      ];
    }
    case 4: {
      const id = pick([...known.sessions, 'x', '__proto__']);
      const row = JSON.stringify([orOdd('ann', chance), orOdd('{}', chance)]);
      return [
        ['HSET', `${channel}:i`, id, chance.often(0.8) ? row : body],
        ['ZADD', `${channel}:m`, '9e15', id],
      ];
    }
    default:
      return [['SET', `${channel}:${pick(['h', 'e', 'v', 'w', 'i', 'm'])}`, 'x']];
  }
}

/** Commands that put something into what is kept of a session. */
export function spoilSession(key: string, { processes }: Known, chance: Chance): string[][] {
  const { pick, below } = chance;
  const row = JSON.stringify([orOdd(1, chance), orOdd(1, chance), orOdd(true, chance)]);
  const rooms = pick(['{}', `{"lobby":${row}}`, `{"__proto__":${row},"*":${row},"$inbox":${row}}`, '[]']);
  switch (below(5)) {
    case 0:
      return [
        ['HSET', key, 's', `{"everyone":${row},"inbox":${pick(['0', '-1', '1e300'])},"rooms":${rooms}}`],
      ];
    case 1:
      return [['HSET', key, 'd', pick(ranges)]];
    case 2:
      return [['HSET', key, 'w', pick([...processes, '', 'nobody'])]];
    case 3:
      return [['HSET', `${key}:a`, String(pick([1, 2, 'x', -1])), JSON.stringify(pick(frames))]];
    default:
      return [
        pick([
          ['DEL', key],
          ['HSET', key, 'g', pick(['x', '0', '9007199254740991'])],
          ['SET', key, 'x'],
        ]),
      ];
  }
}
