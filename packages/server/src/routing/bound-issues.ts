// Bounds what a sender is told about invalid data, because a schema's issues may repeat the data over and over.
import type { SchemaIssue } from '@wirepact/core';

/** A small message can be wrong in thousands of places; its sender is told of so many. */
const maxIssues = 32;

/** Characters of an issue's text, and of its path; what was longer ends in `…`. */
const maxCharacters = 512;

/** The first issues, each no longer than somebody would read. */
export function boundIssues(issues: readonly SchemaIssue[]): readonly SchemaIssue[] {
  return issues.slice(0, maxIssues).map(({ message, path }) => {
    const text = cut(message, maxCharacters);
    return path === undefined ? { message: text } : { message: text, path: cutPath(path) };
  });
}

function cutPath(path: NonNullable<SchemaIssue['path']>): NonNullable<SchemaIssue['path']> {
  const kept: (string | number)[] = [];
  let left = maxCharacters;
  for (const segment of path) {
    if (left <= 0) return [...kept, '…'];
    kept.push(typeof segment === 'string' ? cut(segment, left) : segment);
    // an empty one takes its place as well
    left -= String(segment).length + 1;
  }
  return kept;
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}
