// @vitest-environment jsdom
import { act, render, renderHook, type RenderHookResult } from '@testing-library/react';
import type { ReactElement } from 'react';
import { describe, expect, it } from 'vitest';
import { startApp, useStream, type App } from './pair.fixture.js';

type Lines = ReturnType<typeof useStream<'tail'>>;
interface Props {
  readonly level: string;
  readonly maxItems?: number;
}

function mountTail(app: App, initialProps: Props = { level: 'error' }): RenderHookResult<Lines, Props> {
  // the input and the options are new objects in every render
  return renderHook(({ level, ...options }: Props) => useStream('tail', { level }, options), {
    initialProps,
    wrapper: app.Provider,
  });
}

async function write(app: App, ...lines: readonly string[]): Promise<void> {
  for (const line of lines) app.tails.at(-1)!.write(line);
  await app.arrive();
}

describe('useStream', () => {
  it('opens one stream under StrictMode, and gives its items until it is done', async () => {
    await using app = await startApp();
    const { result } = mountTail(app);
    expect(result.current).toMatchObject({ items: [], done: false, error: undefined });
    await app.arrive();
    expect(app.tails).toHaveLength(1);
    await write(app, 'a', 'b');
    expect(result.current).toMatchObject({ items: ['a', 'b'], done: false });
    app.tails[0]!.end();
    await app.arrive();
    expect(result.current).toMatchObject({ items: ['a', 'b'], done: true, error: undefined });
  });

  it('goes on when the input is the same JSON, and begins anew when it is not', async () => {
    await using app = await startApp();
    const { result, rerender } = mountTail(app);
    await app.arrive();
    await write(app, 'a');
    rerender({ level: 'error' });
    await app.arrive();
    expect(app.tails).toHaveLength(1);
    expect(result.current.items).toEqual(['a']);

    rerender({ level: 'info' });
    expect(result.current.items).toEqual([]);
    await app.arrive();
    expect(app.tails.map(({ level, signal }) => [level, signal.aborted])).toEqual([
      ['error', true],
      ['info', false],
    ]);
    await write(app, 'b');
    expect(result.current.items).toEqual(['b']);
  });

  it('is stopped on unmount', async () => {
    await using app = await startApp();
    const { unmount, result } = mountTail(app);
    await app.arrive();
    unmount();
    await app.arrive();
    expect(app.tails[0]!.signal.aborted).toBe(true);
    act(() => result.current.restart());
    await app.arrive();
    expect(app.tails).toHaveLength(1);
  });

  it('keeps the newest items only', async () => {
    await using app = await startApp();
    const { result } = mountTail(app, { level: 'error', maxItems: 2 });
    await app.arrive();
    await write(app, 'a', 'b', 'c');
    expect(result.current.items).toEqual(['b', 'c']);
  });

  it.each([
    [0, []],
    [Infinity, ['a', 'b', 'c']],
  ])('keeps %d items where that is asked for', async (maxItems, items) => {
    await using app = await startApp();
    const { result } = mountTail(app, { level: 'error', maxItems });
    await app.arrive();
    await write(app, 'a', 'b', 'c');
    app.tails[0]!.end();
    await app.arrive();
    expect(result.current).toMatchObject({ items, done: true });
  });

  it('shows why it broke off, and begins again when told to', async () => {
    await using app = await startApp();
    const { result } = mountTail(app);
    await app.arrive();
    await write(app, 'a');
    app.tails[0]!.end(new Error('disk on fire'));
    await app.arrive();
    expect(result.current).toMatchObject({ done: true, error: { code: 'internal' } });
    act(() => result.current.restart());
    expect(result.current).toMatchObject({ items: [], done: false, error: undefined });
    await app.arrive();
    await write(app, 'b');
    expect(result.current.items).toEqual(['b']);
    expect(app.tails).toHaveLength(2);
  });

  it.each([true, false])('begins again where it is mounted anew; StrictMode: %s', async (reactStrictMode) => {
    await using app = await startApp();
    const { container, rerender } = render(<Tail key="a" />, { wrapper: app.Provider, reactStrictMode });
    await app.arrive();
    await write(app, 'a');
    rerender(<Tail key="b" />);
    await app.arrive();
    expect(container.textContent).toBe('a');
    app.tails[0]!.end(new Error('disk on fire'));
    await app.arrive();
    expect(container.textContent).toBe('internal');
    rerender(<Tail key="c" />);
    await app.arrive();
    await write(app, 'b');
    expect(container.textContent).toBe('b');
    expect(app.tails).toHaveLength(2);
  });

  it('is one stream for all components that ask the same', async () => {
    await using app = await startApp();
    const one = mountTail(app);
    const other = mountTail(app);
    await app.arrive();
    await write(app, 'a');
    expect(app.tails).toHaveLength(1);
    expect(other.result.current.items).toEqual(['a']);
    one.unmount();
    await write(app, 'b');
    expect(other.result.current.items).toEqual(['a', 'b']);
  });

  it('hears a burst of 1,000 items in order', async () => {
    await using app = await startApp();
    const { result } = mountTail(app);
    await app.arrive();
    const lines = Array.from({ length: 1_000 }, (_, n) => `line ${n}`);
    await write(app, ...lines);
    expect(result.current.items).toEqual(lines);
  });
});

function Tail(): ReactElement {
  const { items, error } = useStream('tail', { level: 'error' });
  return <p>{error?.code ?? items.join()}</p>;
}
