// A CPU profile as V8 writes it, and what its functions are called in the sources behind the bundles.
import { existsSync, readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { fileURLToPath } from 'node:url';

export interface Profile {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

export interface ProfileNode {
  readonly id: number;
  readonly callFrame: CallFrame;
  readonly children?: readonly number[];
}

export interface CallFrame {
  readonly functionName: string;
  readonly url: string;
  readonly lineNumber: number;
  readonly columnNumber: number;
}

/** Whether the process did nothing. */
export function isIdle({ callFrame }: ProfileNode): boolean {
  return callFrame.functionName === '(idle)';
}

export function nameOf({ functionName }: CallFrame): string {
  return functionName === '' ? '(anonymous)' : functionName;
}

const maps = new Map<string, SourceMap | undefined>();

/** The source behind what was bundled: `packages/server/src/publish.ts:44`. */
export function locate({ url, lineNumber, columnNumber }: CallFrame): string {
  if (!url.startsWith('file:')) return url === '' ? '(v8)' : url;
  const file = fileURLToPath(url);
  const [, installed] = /^.*\/node_modules\/(.*)$/.exec(file) ?? [];
  if (installed !== undefined) return `${installed}:${lineNumber + 1}`;
  if (!maps.has(file)) maps.set(file, readMap(`${file}.map`));
  const entry = maps.get(file)?.findEntry(lineNumber, columnNumber);
  if (!entry || !('originalSource' in entry)) return `${file}:${lineNumber + 1}`;
  return `${entry.originalSource.replace(/^(\.\.\/)+/, '')}:${entry.originalLine + 1}`;
}

function readMap(file: string): SourceMap | undefined {
  return existsSync(file)
    ? new SourceMap(JSON.parse(readFileSync(file, 'utf8')) as SourceMapPayload)
    : undefined;
}

/** `packages/server`, `ws`, `node`. */
export function packageOf(where: string): string {
  if (where.startsWith('node:')) return 'node';
  const parts = where.split('/');
  const isScoped = where.startsWith('@') || where.startsWith('packages/');
  return parts.slice(0, isScoped ? 2 : 1).join('/');
}
