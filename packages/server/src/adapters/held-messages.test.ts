import { describe, expect, it } from 'vitest';
import { HeldMessages } from './held-messages.js';

describe('taking out what is urgent', () => {
  const hold = (...texts: string[]): HeldMessages => {
    const held = new HeldMessages();
    for (const text of texts) held.push(text);
    return held;
  };
  /** Takes out those that begin with `!`; returns which were judged. */
  const takeUrgent = (held: HeldMessages): (string | undefined)[] => {
    const judged: (string | undefined)[] = [];
    held.takeThose((text) => {
      judged.push(text);
      return text?.startsWith('!') === true;
    });
    return judged;
  };

  it('leaves the others in order', () => {
    const held = hold('!a', 'b', '!c', '!d', 'e');
    expect(takeUrgent(held)).toEqual(['!a', 'b', '!c', '!d', 'e']);
    expect([...held.takeOldest(false)]).toEqual(['b', 'e']);
    expect(held.isFull).toBe(false);
  });

  it('judges each once, until one was taken in its turn', () => {
    const held = hold('a', '!b');
    takeUrgent(held);
    held.push('c');
    expect(takeUrgent(held)).toEqual(['c']);
    expect(takeUrgent(held)).toEqual([]);
    expect(held.shift()).toBe('a');
    expect(takeUrgent(held)).toEqual(['c']);
  });

  it('goes on where it could not judge', () => {
    const held = hold('a', '!b', '!c');
    let left = 2;
    held.takeThose((text) => (left-- > 0 ? text?.startsWith('!') : undefined));
    expect(takeUrgent(held)).toEqual(['!c']);
    expect([...held.takeOldest(false)]).toEqual(['a']);
  });

  it('judges none beyond the bound of what is held', () => {
    const held = hold('x'.repeat(65_536), '!late');
    expect(takeUrgent(held)).toHaveLength(1);
    expect(held.size).toBe(2);
  });
});
