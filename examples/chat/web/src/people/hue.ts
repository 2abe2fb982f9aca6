// The colour of a guest, the same on every screen.
import type { CSSProperties } from 'react';

/** Sets `--hue` to a colour that is derived from `id`. */
export function hueStyle(id: string): CSSProperties {
  let hash = 0;
  for (const character of id) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) >>> 0;
  // steps of 30°: two people have either the same colour or clearly different ones
  return { '--hue': (hash % 12) * 30 } as CSSProperties;
}
