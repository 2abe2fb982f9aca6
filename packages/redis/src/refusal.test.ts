import { ErrorReply } from '@redis/client';
import { expect, it } from 'vitest';
import { LineLost } from './redis-line.js';
import { explain, refusalOf } from './refusal.js';

it.each([
  ['MOVED 3999 127.0.0.1:6381', { kind: 'moved', slot: 3_999, address: { host: '127.0.0.1', port: 6_381 } }],
  ['ASK 3999 ::1:6381', { kind: 'ask', slot: 3_999, address: { host: '::1', port: 6_381 } }],
  ['MOVED 0 :6381', { kind: 'moved', slot: 0, address: { host: '', port: 6_381 } }],
  ['NOSCRIPT No matching script.', { kind: 'unloaded' }],
  ["READONLY You can't write against a read only replica.", { kind: 'demoted' }],
  ['LOADING Redis is loading the dataset in memory', { kind: 'busy' }],
  ["OOM command not allowed when used memory > 'maxmemory'.", { kind: 'busy' }],
  ['TRYAGAIN Multiple keys request during rehashing of slot', { kind: 'busy' }],
  [
    'ERR Script attempted to access a non local key in a cluster node script: 5f3a, on @user_script:6.',
    { kind: 'busy' },
  ],
  ['CLUSTERDOWN Hash slot not served', { kind: 'cut-off' }],
  ['NOREPLICAS Not enough good replicas to write.', { kind: 'cut-off' }],
  ['NOPERM this user has no permissions', { kind: 'final' }],
  ['constructor', { kind: 'final' }],
])('knows what "%s" means', (text, refusal) => {
  expect(refusalOf(new ErrorReply(text))).toEqual(refusal);
});

it('tells a line that broke from anything else that was thrown', () => {
  expect(refusalOf(new LineLost('x'))).toEqual({ kind: 'lost' });
  expect(refusalOf(new Error('OOM'))).toEqual({ kind: 'final' });
  expect(refusalOf('OOM')).toEqual({ kind: 'final' });
});

it.each([
  ["ERR Error compiling script (new function): user_script:1: unexpected symbol near '#'", '7.0 or newer'],
  ["ERR unknown command 'ssubscribe', with args beginning with: ", '7.0 or newer'],
  ["ERR The user executing the script can't run this command", 'user of the ACL'],
  ['WRONGPASS invalid username-password pair or user is disabled.', 'url or in connection'],
])('says what to do about "%s"', (text, advice) => {
  expect(explain(new ErrorReply(text)).startsWith(`${text} (`)).toBe(true);
  expect(explain(new ErrorReply(text))).toContain(advice);
});

it('says of anything else what it says itself', () => {
  expect(explain(new Error('toString of undefined'))).toBe('toString of undefined');
  expect(explain('text')).toBe('text');
});
