// Limits on JSON from outside: parsing it is cheap, but walking through it or encoding it again may not be.

/** Why a parsed value is not let in, or `undefined` when it is. */
export function findExcess(value: unknown, maxDepth: number, maxKeys: number): string | undefined {
  let keysLeft = maxKeys;

  const visit = (node: object, depth: number): string | undefined => {
    if (depth > maxDepth) return `the message nests deeper than ${maxDepth} levels`;
    const isArray = Array.isArray(node);
    const keys = isArray ? node : Object.keys(node);
    keysLeft -= keys.length;
    if (keysLeft < 0) return `the message has more than ${maxKeys} keys`;
    for (const key of keys) {
      const child: unknown = isArray ? key : (node as Record<string, unknown>)[key as string];
      if (!isArray && isForbidden(key as string, child))
        return `the message has the forbidden key "${key as string}"`;
      if (typeof child !== 'object' || child === null) continue;
      const excess = visit(child, depth + 1);
      if (excess !== undefined) return excess;
    }
    return undefined;
  };

  return typeof value === 'object' && value !== null ? visit(value, 0) : undefined;
}

/** Keys that turn a careless copy of the value into a change of every object's prototype. */
function isForbidden(key: string, child: unknown): boolean {
  if (key === '__proto__') return true;
  return (
    key === 'constructor' && typeof child === 'object' && child !== null && Object.hasOwn(child, 'prototype')
  );
}
