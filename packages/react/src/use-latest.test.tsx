// @vitest-environment jsdom
import { act, screen } from '@testing-library/react';
import { startTransition, Suspense, useEffect, useLayoutEffect, useState, type ReactElement } from 'react';
import { createRoot } from 'react-dom/client';
import { describe, expect, it, vi } from 'vitest';
import { defer, SocketProvider, startApp, until, useLatest, Waiting } from './pair.fixture.js';

function Cursor(): ReactElement {
  return <i>{useLatest('cursor')?.x ?? 'none'}</i>;
}

describe('useLatest', () => {
  it('shows the newest value, and none before there is one', async () => {
    await using app = await startApp();
    const { container } = app.mount(<Cursor />);
    expect(container.textContent).toBe('none');
    for (const x of [1, 2, 3]) app.sockets.sendToAll('cursor', { x });
    await app.arrive();
    expect(container.textContent).toBe('3');
  });

  it('shows what comes after the commit and before passive effects run', async () => {
    await using app = await startApp();
    let settled = false;
    function Early(): ReactElement {
      useLayoutEffect(() => app.sockets.sendToAll('cursor', { x: 1 }), []);
      useEffect(() => {
        settled = true;
      }, []);
      return <Cursor />;
    }
    const container = document.createElement('div');
    const root = createRoot(container);
    // not in act, which would run passive effects at once
    root.render(<SocketProvider client={app.client} children={<Early />} />);
    await until(() => settled);
    await app.arrive();
    expect(container.textContent).toBe('1');
    root.unmount();
  });

  it('shows the same value in every component, also in one that came later, and listens once', async () => {
    await using app = await startApp();
    const subscribed = vi.spyOn(app.client, 'on');
    const { container, rerender } = app.mount(<Cursor />);
    app.sockets.sendToAll('cursor', { x: 7 });
    await app.arrive();
    rerender(
      <>
        <Cursor />
        <Cursor />
      </>,
    );
    expect(container.textContent).toBe('77');
    expect(subscribed).toHaveBeenCalledTimes(1);
  });

  it('shows one value everywhere when it changed while a transition was waiting', async () => {
    await using app = await startApp();
    const { promise, resolve } = defer();
    function Page(): ReactElement {
      const [isOpen, setOpen] = useState(false);
      return (
        <>
          <button onClick={() => startTransition(() => setOpen(true))} />
          <Cursor />
          {isOpen && <Cursor />}
          {isOpen && <Waiting promise={promise} />}
        </>
      );
    }
    const { container } = app.mount(<Suspense children={<Page />} />);
    app.sockets.sendToAll('cursor', { x: 1 });
    await app.arrive();
    await act(async () => screen.getByRole('button').click());
    expect(container.textContent).toBe('1');
    app.sockets.sendToAll('cursor', { x: 2 });
    await app.arrive();
    expect(container.textContent).toBe('2');
    await act(async () => resolve());
    expect(container.textContent).toBe('22');
  });

  it('forgets the value when nobody looks any more, and stops listening', async () => {
    await using app = await startApp();
    const { container, rerender } = app.mount(<Cursor />);
    app.sockets.sendToAll('cursor', { x: 1 });
    await app.arrive();
    rerender(<>nothing</>);
    await app.arrive();
    app.sockets.sendToAll('cursor', { x: 2 });
    await app.arrive();
    rerender(<Cursor />);
    expect(container.textContent).toBe('none');
  });

  it('keeps the value while a component moves to another place in the tree', async () => {
    await using app = await startApp();
    const { rerender } = app.mount(<Cursor key="here" />);
    app.sockets.sendToAll('cursor', { x: 1 });
    await app.arrive();
    rerender(<Cursor key="there" />);
    await app.arrive();
    expect(screen.getByText('1')).toBeDefined();
  });
});
