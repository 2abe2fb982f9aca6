// A session as it is put down for whichever process its client returns to. A hash: `u` user, `t` hash of the secret, `p` and `o` of
// those that open it beside that, `g` generation, `w` process, `s` state, `d` what was handled, `c` the processes that may know more
// of it, `x` until when the user's list names it; of the last claim `n` its name and `f` the process before it; `e` alone, what was
// said, of one that ended. Its answers are beside it.
import type {
  ClaimedSession,
  SessionClaim,
  SessionCommit,
  SessionOutcome,
  SessionRecord,
} from '@wirepact/server';
import type { Keys } from '../keys.js';
import { RedisScript, unreadable, type Command } from '../redis-script.js';
import { readNumber } from '../shared-text.js';

/** Whether a process has it by a newer claim, or another one by the same: one that Redis had lost, and was made again. */
const elsewhereLua = `
local function isElsewhere(kept, keptBy, generation, process)
  return tonumber(kept) > tonumber(generation) or (kept == generation and keptBy ~= process)
end
`;

export const openSessionScript: RedisScript = new RedisScript(
  `
${elsewhereLua}
local generation, process, sessionMs, count = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local kept = redis.call('HMGET', KEYS[1], 'g', 'e', 'w')
if kept[2] then return 'ended' end
if kept[1] and isElsewhere(kept[1], kept[3], generation, process) then return 'elsewhere' end
redis.call('DEL', KEYS[1], KEYS[2])
redis.call('HSET', KEYS[1], 'g', generation, 'w', process, 'x', '0')
local index = 5
for _ = 1, count do
  redis.call('HSET', KEYS[1], ARGV[index], ARGV[index + 1])
  index = index + 2
end
while ARGV[index] do
  redis.call('HSET', KEYS[2], ARGV[index], ARGV[index + 1])
  index = index + 2
end
redis.call('PEXPIRE', KEYS[1], sessionMs)
redis.call('PEXPIRE', KEYS[2], sessionMs)
return 'kept'
`,
  'fills',
);

export const claimSessionScript: RedisScript = new RedisScript(`
local token, nextToken, process, claim, sessionMs, user = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6] or false
local kept = redis.call('HMGET', KEYS[1], 'u', 't', 'p', 'g', 'w', 's', 'd', 'n', 'f', 'o', 'c')
local generation, before, others, holders = tonumber(kept[4]), kept[5] or '', kept[10] or '', kept[11] or ''
if not generation then return false end
if kept[8] == claim then
  -- this very claim was made, and its answer was lost
  before = kept[9]
else
  local isNewest = token == kept[2]
  local opens = isNewest or token == kept[3] or string.find(' ' .. others, ' ' .. token .. ' ', 1, true)
  if kept[1] ~= user or not opens then return false end
  generation = generation + 1
  -- claims may overtake each other: of all that it was given for one secret the client may have any. Eight hashes are enough
  others = isNewest and '' or string.sub(others .. kept[2] .. ' ', -352)
  if not string.find(' ' .. holders, ' ' .. before .. ' ', 1, true) then holders = holders .. before .. ' ' end
  while #holders > 1024 do holders = string.gsub(holders, '^[^ ]* ', '', 1) end
  redis.call('HSET', KEYS[1], 'g', string.format('%.0f', generation), 'w', process, 'p', token, 't', nextToken,
    'o', others, 'n', claim, 'f', before, 'c', holders)
end
redis.call('PEXPIRE', KEYS[1], sessionMs)
redis.call('PEXPIRE', KEYS[2], sessionMs)
return { generation, before, kept[6] or '', kept[7] or '', redis.call('HGETALL', KEYS[2]), holders }
`);

export const commitSessionScript: RedisScript = new RedisScript(`
${elsewhereLua}
local generation, process, sessionMs, listedMs, confirmed, doubtful = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]
local setCount, answerCount = ARGV[7], ARGV[8]
local kept = redis.call('HMGET', KEYS[1], 'g', 'u', 'x', 'e', 'w')
if kept[4] then return { 'ended' } end
-- what the engine has forgotten, and when it went back, is put down anew
if not kept[1] or tonumber(kept[1]) < tonumber(generation) then return { 'unknown' } end
if isElsewhere(kept[1], kept[5], generation, process) then return { 'elsewhere' } end
local index = 9
for _ = 1, setCount do
  redis.call('HSET', KEYS[1], ARGV[index], ARGV[index + 1])
  index = index + 2
end
for _ = 1, answerCount do
  redis.call('HSET', KEYS[2], ARGV[index], ARGV[index + 1])
  index = index + 2
end
-- last: what is named as gone is gone, also where it was given just now
while ARGV[index] do
  redis.call('HDEL', KEYS[2], ARGV[index])
  index = index + 1
end
if confirmed == '1' then redis.call('HDEL', KEYS[1], 'p', 'o') end
redis.call('PEXPIRE', KEYS[1], sessionMs)
redis.call('PEXPIRE', KEYS[2], sessionMs)
-- the list of the user's sessions lies elsewhere: it is renewed now and then
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local isListed = doubtful ~= '1' and (tonumber(kept[3]) or 0) > now + listedMs - sessionMs
if not kept[2] or isListed then return { 'kept' } end
redis.call('HSET', KEYS[1], 'x', string.format('%.0f', now + listedMs))
return { 'kept', kept[2] }
`);

export const endSessionScript: RedisScript = new RedisScript(`
local generation, process, sessionMs, said = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local kept = redis.call('HMGET', KEYS[1], 'g', 'u', 'w')
if not kept[1] or (generation ~= '' and (kept[1] ~= generation or kept[3] ~= process)) then return false end
redis.call('DEL', KEYS[1], KEYS[2])
if generation == '' then
  -- whoever has it is told when it puts something down
  redis.call('HSET', KEYS[1], 'e', said)
  redis.call('PEXPIRE', KEYS[1], sessionMs)
end
return kept[2] or ''
`);

/** The list of a user's sessions: adds one or takes one away, and gives up what has expired. Says whether one is new to it. */
export const listSessionScript: RedisScript = new RedisScript(`
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now))
local listedMs = tonumber(ARGV[2])
if listedMs == 0 then
  redis.call('ZREM', KEYS[1], ARGV[1])
  return 0
end
local added = redis.call('ZADD', KEYS[1], string.format('%.0f', now + listedMs), ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return added
`);

/** Who puts sessions down, and how long they are kept. */
export interface SessionSettings {
  readonly processId: string;
  readonly sessionMs: number;
}

export function openSessionCommand(
  keys: Keys,
  record: SessionRecord,
  { processId, sessionMs }: SessionSettings,
): Command {
  const {
    id,
    userId,
    token,
    previousToken = '',
    state,
    generation = 1,
    done = '',
    answers = new Map<number, string>(),
    holders = [],
  } = record;
  const { session, answers: answersKey } = keys.session(id);
  const fields = [
    ...['t', token, 's', state, 'd', done],
    ...(holders.length === 0 ? [] : ['c', listOf(holders)]),
    ...(userId === undefined ? [] : ['u', userId]),
    ...(previousToken === '' ? [] : ['p', previousToken]),
  ];
  return openSessionScript.call(
    [session, answersKey],
    [generation, processId, sessionMs, fields.length / 2, ...fields, ...[...answers].flat()],
  );
}

/** `claimName` is the same when the same claim is made again. */
export function claimSessionCommand(
  keys: Keys,
  { id, userId, token, nextToken }: SessionClaim,
  claimName: string,
  { processId, sessionMs }: SessionSettings,
): Command {
  const { session, answers } = keys.session(id);
  const user = userId === undefined ? [] : [userId];
  const args = [token, nextToken, processId, claimName, sessionMs, ...user];
  return claimSessionScript.call([session, answers], args);
}

/** The user's list names a session for longer than it is kept: what it names in vain is passed over. */
export function listedForMs(sessionMs: number): number {
  return 4 * sessionMs;
}

export function commitSessionCommand(
  keys: Keys,
  commit: SessionCommit,
  { processId, sessionMs }: SessionSettings,
): Command {
  const { session, answers } = keys.session(commit.id);
  const { state, done, holders, answers: given = new Map<number, string>(), answersGone = [] } = commit;
  const set = [
    ...(state === undefined ? [] : ['s', state]),
    ...(done === undefined ? [] : ['d', done]),
    ...(holders === undefined ? [] : ['c', listOf(holders)]),
  ];
  return commitSessionScript.call(
    [session, answers],
    [
      ...[commit.generation, processId, sessionMs, listedForMs(sessionMs)],
      ...[commit.isConfirmed === true ? 1 : 0, commit.isDoubtful === true ? 1 : 0],
      ...[set.length / 2, given.size],
      ...[...set, ...[...given].flat(), ...answersGone],
    ],
  );
}

/** Without a generation it is ended whoever has it, and what is `said` is kept for that one. */
export function endSessionCommand(
  keys: Keys,
  id: string,
  { processId, sessionMs }: SessionSettings,
  { generation, said }: { readonly generation: number | undefined; readonly said: string | undefined },
): Command {
  const { session, answers } = keys.session(id);
  return endSessionScript.call([session, answers], [generation ?? '', processId, sessionMs, said ?? '']);
}

/** Takes the session off the list when `listedMs` is 0. */
export function listSessionCommand(keys: Keys, userId: string, id: string, listedMs: number): Command {
  return listSessionScript.call([keys.userSessions(userId)], [id, listedMs]);
}

export function readClaimed(reply: unknown): ClaimedSession | undefined {
  if (reply === null) return undefined;
  const [number, processId, state, done, pairs, list] = Array.isArray(reply)
    ? (reply as readonly unknown[])
    : [];
  const generation = readNumber(number);
  const areTexts = typeof processId === 'string' && typeof state === 'string' && typeof done === 'string';
  const areLists = Array.isArray(pairs) && typeof list === 'string';
  if (generation === undefined || !areTexts || !areLists) throw unreadable('a session', reply);
  const answers = new Map<number, string>();
  for (let index = 0; index + 1 < pairs.length; index += 2) {
    const of = readNumber(pairs[index]);
    if (of === undefined) throw unreadable('the answers of a session', pairs[index]);
    answers.set(of, String(pairs[index + 1]));
  }
  return { generation, processId, holders: list.split(' ').filter((id) => id !== ''), state, done, answers };
}

/** Each with a space behind it. */
function listOf(holders: readonly string[]): string {
  return holders.map((id) => `${id} `).join('');
}

const outcomes: ReadonlySet<unknown> = new Set<SessionOutcome>(['kept', 'elsewhere', 'ended', 'unknown']);

export function readOutcome(reply: unknown): SessionOutcome {
  if (outcomes.has(reply)) return reply as SessionOutcome;
  throw unreadable('a session', reply);
}

/** What became of it, and the user whose list is to name the session again. */
export function readCommitted(reply: unknown): {
  readonly outcome: SessionOutcome;
  readonly userId?: string;
} {
  const [outcome, userId] = Array.isArray(reply) ? (reply as readonly unknown[]) : [];
  return { outcome: readOutcome(outcome), ...(typeof userId === 'string' && { userId }) };
}
