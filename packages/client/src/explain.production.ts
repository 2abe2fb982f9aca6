// Replaces explain.ts in production, so that no page carries its texts. An error then has its code and its path;
// docs/errors.md explains every code.

export function explain(_code: string, _about?: string | number): string {
  return '';
}
