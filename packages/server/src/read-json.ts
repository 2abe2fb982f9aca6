// Reads JSON and values from outside without trust.

/** What a text says; `undefined` when it is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Whether it is a text that says something in JSON: such a text can become a part of another one. */
export function isJson(text: unknown): text is string {
  return typeof text === 'string' && parseJson(text) !== undefined;
}

/** What is no object has nothing in it. */
export function toRecord(value: unknown): Readonly<Record<string, unknown>> {
  const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isRecord ? (value as Record<string, unknown>) : {};
}
