// @vitest-environment jsdom
import { act, renderHook, type RenderHookResult } from '@testing-library/react';
import { isSocketError } from '@wirepact/core';
import { Activity, Profiler, useEffect, type ReactElement, type ReactNode } from 'react';
import { describe, expect, it, vi } from 'vitest';
import { startApp, useRequest, type App } from './pair.fixture.js';

type Saving = ReturnType<typeof useRequest<'save'>>;

function mountSave(app: App): RenderHookResult<Saving, unknown> {
  return renderHook(() => useRequest('save'), {
    wrapper: app.Provider,
  });
}

describe('useRequest', () => {
  it('asks only when run is called, and tells pending, data and the promise', async () => {
    await using app = await startApp();
    const { result } = mountSave(app);
    await app.arrive();
    expect(app.saves).toHaveLength(0);
    expect(result.current).toMatchObject({ data: undefined, error: undefined, pending: false });

    const { run } = result.current;
    let reply: Promise<string> | undefined;
    act(() => void (reply = run('a')));
    expect(result.current.pending).toBe(true);
    await app.arrive();
    app.saves[0]!.answer('saved a');
    await app.arrive();
    expect(result.current).toMatchObject({ data: 'saved a', error: undefined, pending: false });
    expect(result.current.run).toBe(run);
    await expect(reply).resolves.toBe('saved a');
  });

  it('ignores the answer to an earlier request, which its own promise still gets', async () => {
    await using app = await startApp();
    const { result } = mountSave(app);
    let first: Promise<string> | undefined;
    act(() => {
      first = result.current.run('old');
      void result.current.run('new');
    });
    await app.arrive();
    app.saves[1]!.answer('saved new');
    await app.arrive();
    app.saves[0]!.answer('saved old');
    await app.arrive();
    expect(result.current).toMatchObject({ data: 'saved new', pending: false });
    await expect(first).resolves.toBe('saved old');
  });

  it('keeps the data while the next is awaited and when it fails, with the error of the contract', async () => {
    await using app = await startApp();
    const { result } = mountSave(app);
    act(() => void result.current.run('a'));
    await app.arrive();
    app.saves[0]!.answer('saved a');
    await app.arrive();
    act(() => void result.current.run('b'));
    expect(result.current).toMatchObject({ data: 'saved a', pending: true });
    await app.arrive();
    app.saves[1]!.refuse(app.saves[1]!.fail('FULL', { left: 0 }));
    await app.arrive();
    const { data, error, pending } = result.current;
    expect({ data, pending }).toEqual({ data: 'saved a', pending: false });
    expect(error?.code === 'FULL' && error.data.left).toBe(0);
    act(() => void result.current.run('c'));
    expect(result.current.error).toBeUndefined();
  });

  it('aborts what is under way on unmount, and says so to the server', async () => {
    await using app = await startApp();
    const { result, unmount } = mountSave(app);
    let reply: Promise<string> | undefined;
    act(() => void (reply = result.current.run('a')));
    await app.arrive();
    unmount();
    await expect(reply).rejects.toSatisfy((error) => isSocketError(error, 'aborted'));
    await app.arrive();
    expect(app.saves[0]!.signal.aborted).toBe(true);
  });

  it('can be left alone when it fails: no rejection goes unhandled', async () => {
    await using app = await startApp();
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    const { result } = mountSave(app);
    act(() => void result.current.run('a', { timeoutMs: 100 }));
    await act(() => app.advance(100));
    await app.arrive();
    process.off('unhandledRejection', unhandled);
    expect(result.current.error?.code).toBe('timeout');
    expect(unhandled).not.toHaveBeenCalled();
  });

  it('works when it is run by an effect, of a child too', async () => {
    await using app = await startApp();
    function Parent(): ReactNode {
      const { data, run } = useRequest('save');
      return (
        <>
          {data}
          <Child run={run} />
        </>
      );
    }
    const { container } = app.mount(<Parent />);
    await app.arrive();
    // StrictMode runs the effect twice, and the newest request counts
    app.saves.at(-1)!.answer('saved a');
    await app.arrive();
    expect(container.textContent).toBe('saved a');
  });

  it('begins anew when the path changes', async () => {
    await using app = await startApp();
    const { result, rerender } = renderHook(
      ({ path }: { readonly path: 'save' | 'time' }) => useRequest(path) as unknown as Saving,
      {
        initialProps: { path: 'save' },
        wrapper: app.Provider,
      },
    );
    act(() => void result.current.run('a'));
    await app.arrive();
    app.saves[0]!.answer('saved a');
    await app.arrive();
    rerender({ path: 'time' });
    expect(result.current.data).toBeUndefined();
    act(() => void (result.current.run as unknown as () => void)());
    await app.arrive();
    expect(result.current.data).toBe('12:00');
  });

  it.each([
    ['renders anew', true],
    ['does not render anew', false],
  ])('keeps what it has while React hides it, where React %s what it shows', async (_, isNew) => {
    await using app = await startApp();
    const shown: string[] = [];
    function Save(): ReactElement {
      const { data, error, pending, run } = useRequest('save');
      const text = [data, error?.code, pending].join();
      shown.push(text);
      return <button onClick={() => void run('a')}>{text}</button>;
    }
    const first = <Save />;
    const page = (mode: 'visible' | 'hidden'): ReactElement => (
      <Activity mode={mode} children={isNew ? <Save /> : first} />
    );
    const { container, rerender } = app.mount(page('visible'));
    const save = (): void => act(() => container.querySelector('button')!.click());
    save();
    await app.arrive();
    app.saves[0]!.answer('saved a');
    await app.arrive();
    save();
    await app.arrive();
    expect(container.textContent).toBe('saved a,,true');

    rerender(page('hidden'));
    await app.arrive();
    expect(app.saves[1]!.signal.aborted).toBe(true);
    shown.length = 0;
    rerender(page('visible'));
    await app.arrive();
    // the data is there all the time, and nothing is said of what was aborted
    expect(new Set(shown)).toEqual(new Set(['saved a,,false']));
  });

  it('renders once when it is mounted', async () => {
    await using app = await startApp();
    const rendered = vi.fn();
    function Save(): ReactNode {
      return useRequest('save').data;
    }
    app.mount(<Profiler id="save" onRender={rendered} children={<Save />} />);
    await app.arrive();
    expect(rendered).toHaveBeenCalledTimes(1);
  });

  it('tells two components apart that ask on one path', async () => {
    await using app = await startApp();
    const one = mountSave(app);
    const other = mountSave(app);
    act(() => void one.result.current.run('a'));
    expect([one.result.current.pending, other.result.current.pending]).toEqual([true, false]);
  });
});

function Child({ run }: { readonly run: Saving['run'] }): null {
  useEffect(() => void run('a'), [run]);
  return null;
}
