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

/**
 * Calls back for each sample in which the process did something, with the functions that it was in, from the root on, and how
 * long that was, in µs.
 */
export function eachSample(
  profile: Profile,
  visit: (stack: readonly ProfileNode[], time: number) => void,
): void {
  const stacks = stacksOf(profile);
  profile.samples.forEach((id, index) => {
    const stack = stacks.get(id);
    if (stack === undefined || stack.at(-1)?.callFrame.functionName === '(idle)') return;
    visit(stack, profile.timeDeltas[index] ?? 0);
  });
}

/** What each node was called by, and itself, from the root on. */
function stacksOf({ nodes: [root, ...others] }: Profile): ReadonlyMap<number, readonly ProfileNode[]> {
  const stacks = new Map<number, readonly ProfileNode[]>();
  if (root === undefined) return stacks;
  const nodes = new Map(others.map((node) => [node.id, node]));
  const enter = (node: ProfileNode, above: readonly ProfileNode[]): void => {
    const stack = [...above, node];
    stacks.set(node.id, stack);
    for (const id of node.children ?? []) {
      const child = nodes.get(id);
      if (child !== undefined) enter(child, stack);
    }
  };
  enter(root, []);
  return stacks;
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
