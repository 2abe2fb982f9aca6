// @vitest-environment jsdom
import { act, render } from '@testing-library/react';
import { Suspense, useLayoutEffect, useState, type ReactElement } from 'react';
import { createRoot } from 'react-dom/client';
import { describe, expect, it, vi } from 'vitest';
import { defer, SocketProvider, startApp, until, useEvent, Waiting } from './pair.fixture.js';

const numbers = Array.from({ length: 1_000 }, (_, n) => n);

function Count({ heard }: { readonly heard: (n: number) => void }): null {
  useEvent('count', heard);
  return null;
}

describe('useEvent', () => {
  it('hears a burst of 1,000 events once each and in order', async () => {
    await using app = await startApp();
    const heard: number[] = [];
    function List(): ReactElement {
      const [shown, setShown] = useState<readonly number[]>([]);
      useEvent('count', (n) => {
        heard.push(n);
        setShown((before) => [...before, n]);
      });
      return <p>{shown.join()}</p>;
    }
    const { container } = app.mount(<List />);
    for (const n of numbers) app.sockets.sendToAll('count', n);
    await app.arrive();
    expect(heard).toEqual(numbers);
    expect(container.textContent).toBe(numbers.join());
  });

  it('calls the newest callback without subscribing or connecting again, and loses nothing', async () => {
    await using app = await startApp();
    const heard: string[] = [];
    const { rerender } = app.mount(<Count heard={(n) => heard.push(`first ${n}`)} />);
    const subscribed = vi.spyOn(app.client, 'on');
    app.sockets.sendToAll('count', 1);
    await app.arrive();
    app.sockets.sendToAll('count', 2);
    rerender(<Count heard={(n) => heard.push(`second ${n}`)} />);
    app.sockets.sendToAll('count', 3);
    await app.arrive();
    expect(heard).toEqual(['first 1', 'second 2', 'second 3']);
    expect(subscribed).not.toHaveBeenCalled();
    expect(app.network.upgrades).toBe(1);
  });

  it('hears what comes after the commit and before passive effects run', async () => {
    await using app = await startApp();
    const heard: number[] = [];
    let heardEarly: number[] | undefined;
    function Early(): ReactElement {
      useLayoutEffect(() => {
        app.sockets.sendToAll('count', 1);
        void drainMicrotasks().then(() => (heardEarly = [...heard]));
      }, []);
      return <Count heard={(n) => heard.push(n)} />;
    }
    const root = createRoot(document.createElement('div'));
    // not in act, which would run passive effects at once
    root.render(<SocketProvider client={app.client} children={<Early />} />);
    await until(() => heardEarly !== undefined);
    expect(heardEarly).toEqual([1]);
    root.unmount();
  });

  it('gives a callback messages of its own path only, while the path changes', async () => {
    await using app = await startApp();
    const heard: [path: string, data: unknown][] = [];
    function Either({ path }: { readonly path: 'count' | 'output' }): null {
      useEvent(path, (data: unknown) => heard.push([path, data]));
      useLayoutEffect(() => {
        app.sockets.sendToAll('count', 1);
        app.sockets.sendToAll('output', 'one');
      }, [path]);
      return null;
    }
    const root = createRoot(document.createElement('div'));
    const show = (path: 'count' | 'output'): void =>
      root.render(<SocketProvider client={app.client} children={<Either path={path} />} />);
    show('count');
    await until(() => heard.length > 0);
    expect(heard).toEqual([['count', 1]]);
    show('output');
    await until(() => heard.some(([, data]) => data === 'one'));
    expect(heard).toContainEqual(['output', 'one']);
    expect(heard).not.toContainEqual(['output', 1]);
    expect(heard).not.toContainEqual(['count', 'one']);
    root.unmount();
  });

  it('goes on hearing while Suspense hides the component', async () => {
    await using app = await startApp();
    const heard: number[] = [];
    function Page({ wait }: { readonly wait?: Promise<void> }): ReactElement {
      return (
        <Suspense fallback="waiting">
          <Count heard={(n) => heard.push(n)} />
          {wait && <Waiting promise={wait} />}
        </Suspense>
      );
    }
    const { promise: wait, resolve } = defer();
    const { rerender, container } = app.mount(<Page />);
    await act(async () => rerender(<Page wait={wait} />));
    expect(container.textContent).toContain('waiting');
    app.sockets.sendToAll('count', 1);
    await app.arrive();
    await act(async () => resolve());
    expect(container.textContent).not.toContain('waiting');
    app.sockets.sendToAll('count', 2);
    await app.arrive();
    expect(heard).toEqual([1, 2]);
  });

  it('says which room a message was sent to', async () => {
    await using app = await startApp();
    const heard: unknown[] = [];
    function Rooms(): null {
      useEvent('output', (text, { room }) => heard.push([text, room]));
      return null;
    }
    app.mount(<Rooms />);
    await act(() => app.client.join('lobby'));
    app.sockets.room('lobby').send('output', 'in');
    app.sockets.sendToAll('output', 'all');
    await app.arrive();
    expect(heard).toEqual([
      ['in', 'lobby'],
      ['all', undefined],
    ]);
  });

  it('hears nothing more once it is unmounted', async () => {
    await using app = await startApp();
    const heard = vi.fn();
    const { unmount } = render(<SocketProvider client={app.client} children={<Count heard={heard} />} />);
    unmount();
    app.sockets.sendToAll('count', 1);
    await app.arrive();
    expect(heard).not.toHaveBeenCalled();
  });
});

async function drainMicrotasks(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}
