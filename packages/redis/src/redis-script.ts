// A Lua script that Redis runs as a whole or not at all, and how it is called.
import { createHash } from 'node:crypto';

/** What is asked of Redis. */
export interface Command {
  /** The key that says which server of a cluster is asked. */
  readonly key: string;
  readonly words: readonly string[];
}

/** What a script does to Redis, as the flags that tell Redis so. */
const flags = {
  /** It makes Redis hold more: a full one refuses it. */
  fills: '',
  /** What it adds is little: a full one does it all the same, or what there is would be forgotten, and nothing could end. */
  keeps: ' flags=allow-oom',
  /** It changes nothing: one that takes no writes does it all the same. */
  reads: ' flags=no-writes',
} as const;

/** A script in Lua. */
export class RedisScript {
  readonly text: string;
  readonly #sha: string;

  /** With `#!lua` in front Redis refuses it before it begins, when it is full or a replica, and not halfway. */
  constructor(lua: string, what: keyof typeof flags = 'keeps') {
    this.text = `#!lua${flags[what]}\n${lua.trim()}\n`;
    this.#sha = createHash('sha1').update(this.text).digest('hex');
  }

  /** A call by the script's hash: every line loads the scripts before it is used. */
  call(keys: readonly [string, ...string[]], args: readonly (string | number)[]): Command {
    const words = ['EVALSHA', this.#sha, String(keys.length), ...keys];
    for (const arg of args) words.push(typeof arg === 'string' ? arg : arg.toFixed(0));
    return { key: keys[0], words };
  }
}

/** Thrown for an answer that no script of ours gives. */
export function unreadable(what: string, reply: unknown): TypeError {
  const text = JSON.stringify(reply)?.slice(0, 100);
  return new TypeError(
    `what Redis answered about ${what} could not be read: ${text}; does another program use its keys?`,
  );
}
