import { expect, it } from 'vitest';
import { slotOf } from './key-slot.js';

it('finds the slots that the cluster specification gives as examples', () => {
  expect(slotOf('123456789')).toBe(0x31c3);
  expect(slotOf('foo{hash_tag}')).toBe(2_515);
  expect(slotOf('somekey')).toBe(11_058);
});

it('looks at the hash tag alone, and at the whole key where that is empty', () => {
  expect(slotOf('{user1000}.following')).toBe(slotOf('{user1000}.followers'));
  expect(slotOf('foo{{bar}}zap')).toBe(slotOf('{bar'));
  expect(slotOf('foo{bar}{zap}')).toBe(slotOf('bar'));
  expect(slotOf('foo{}{bar}')).not.toBe(slotOf('bar'));
  expect(slotOf('ä{ö}')).toBe(slotOf('ö'));
});
