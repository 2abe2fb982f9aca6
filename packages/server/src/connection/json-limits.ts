// Limits on JSON from outside: parsing it is cheap, but walking through it or encoding it again may not be.

/** Why a parsed value is not let in, or `undefined` when it is. */
export function findExcess(value: unknown, maxDepth: number, maxKeys: number): string | undefined {
  let keysLeft = maxKeys;
  let level: readonly object[] = isNode(value) ? [value] : [];
  // one level after the other: a function that calls itself for each would need more stack than there may be
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > maxDepth) return `the message nests deeper than ${maxDepth} levels`;
    const deeper: object[] = [];
    for (const node of level) {
      const isArray = Array.isArray(node);
      const keys = isArray ? node : Object.keys(node);
      keysLeft -= keys.length;
      if (keysLeft < 0) return `the message has more than ${maxKeys} keys`;
      for (const key of keys) {
        const child: unknown = isArray ? key : (node as Record<string, unknown>)[key as string];
        if (!isArray && isForbidden(key as string, child))
          return `the message has the forbidden key "${key as string}"`;
        if (isNode(child)) deeper.push(child);
      }
    }
    level = deeper;
  }
  return undefined;
}

function isNode(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** Keys that turn a careless copy of the value into a change of every object's prototype. */
function isForbidden(key: string, child: unknown): boolean {
  if (key === '__proto__') return true;
  return key === 'constructor' && isNode(child) && Object.hasOwn(child, 'prototype');
}
