// @vitest-environment jsdom
import { act, render } from '@testing-library/react';
import type { ReactElement } from 'react';
import { describe, expect, it, vi } from 'vitest';
import { startApp, useRoom } from './pair.fixture.js';

function Members({ room = 'lobby' }: { readonly room?: string }): ReactElement {
  const { members, joined, error } = useRoom(room);
  return <p>{error?.code ?? `${joined ? 'in' : 'out'} ${members.length}`}</p>;
}

describe('useRoom', () => {
  it('shows who is there, as they come and go', async () => {
    await using app = await startApp();
    const { container } = app.mount(<Members />);
    expect(container.textContent).toBe('out 0');
    await app.arrive();
    expect(container.textContent).toBe('in 1');
    const other = app.connect();
    await app.arrive();
    const lobby = await act(() => other.join('lobby'));
    await app.arrive();
    expect(container.textContent).toBe('in 2');
    await act(() => lobby.leave());
    await app.arrive();
    expect(container.textContent).toBe('in 1');
  });

  it('joins once under StrictMode and for two components, and leaves with the last', async () => {
    await using app = await startApp();
    const asked = vi.spyOn(app.client, 'join');
    const { rerender } = app.mount(<Both count={2} />);
    await app.arrive();
    expect(asked).toHaveBeenCalledTimes(1);
    rerender(<Both count={1} />);
    await app.arrive();
    expect(app.sockets.room('lobby').size).toBe(1);
    rerender(<Both count={0} />);
    await app.arrive();
    expect(app.sockets.room('lobby').size).toBe(0);
  });

  it('moves when the name changes', async () => {
    await using app = await startApp();
    const { container, rerender } = app.mount(<Members />);
    await app.arrive();
    rerender(<Members room="garden" />);
    expect(container.textContent).toBe('out 0');
    await app.arrive();
    expect(container.textContent).toBe('in 1');
    expect([app.sockets.room('lobby').size, app.sockets.room('garden').size]).toEqual([0, 1]);
  });

  it('leaves also when it is unmounted before the server answered', async () => {
    await using app = await startApp();
    const { unmount } = app.mount(<Members />);
    unmount();
    await app.arrive();
    expect(app.sockets.room('lobby').size).toBe(0);
  });

  it('says that the server refused, or removed this client', async () => {
    await using app = await startApp();
    const { container, rerender } = app.mount(<Members room="secret" />);
    await app.arrive();
    expect(container.textContent).toBe('denied');
    rerender(<Members />);
    await app.arrive();
    for (const socket of app.sockets.clients()) socket.leave('lobby');
    await app.arrive();
    expect(container.textContent).toBe('denied');
  });

  it.each([true, false])('tries again where it is mounted anew; StrictMode: %s', async (reactStrictMode) => {
    await using app = await startApp();
    const { container, rerender } = render(<Members key="a" room="secret" />, {
      wrapper: app.Provider,
      reactStrictMode,
    });
    await app.arrive();
    expect(container.textContent).toBe('denied');
    app.forbidden.delete('secret');
    await app.arrive();
    expect(container.textContent).toBe('denied');
    rerender(<Members key="b" room="secret" />);
    expect(container.textContent).toBe('out 0');
    await app.arrive();
    expect(container.textContent).toBe('in 1');
    rerender(<Members key="c" room="secret" />);
    expect(container.textContent).toBe('in 1');
    await app.arrive();
    expect(app.sockets.room('secret').size).toBe(1);
  });

  it('stays in the room when the line breaks', async () => {
    await using app = await startApp();
    const { container } = app.mount(<Members />);
    await app.arrive();
    app.network.cut();
    await app.arrive();
    await act(() => app.advance(1_000));
    await app.arrive();
    expect(app.sockets.room('lobby').size).toBe(1);
    expect(container.textContent).toBe('in 1');
  });
});

function Both({ count }: { readonly count: number }): ReactElement {
  return (
    <>
      {count > 0 && <Members />}
      {count > 1 && <Members />}
    </>
  );
}
