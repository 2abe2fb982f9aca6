// @vitest-environment jsdom
import { act, render } from '@testing-library/react';
import { Profiler, type ReactElement, type ReactNode } from 'react';
import { describe, expect, it, vi } from 'vitest';
import { createSocketHooks } from './create-socket-hooks.js';
import { SocketProvider, startApp, useEvent, useLatest, useSocket, type Channels } from './pair.fixture.js';
import { useLatest as useLatestOf } from './use-latest.js';

function Socket(): ReactElement {
  const { status } = useSocket();
  useEvent('output', () => {});
  return <p>{status.name}</p>;
}

describe('createSocketHooks', () => {
  it('gives a useSocket that renders on status, and never on messages', async () => {
    await using app = await startApp();
    const rendered = vi.fn();
    const { container } = app.mount(<Profiler id="socket" onRender={rendered} children={<Socket />} />);
    for (let n = 0; n < 100; n++) app.sockets.sendToAll('output', `line ${n}`);
    await app.arrive();
    expect(rendered).toHaveBeenCalledTimes(1);
    app.network.cut();
    await app.arrive();
    expect(container.textContent).toBe('reconnecting');
    expect(rendered).toHaveBeenCalledTimes(2);
  });

  it('gives functions that may be destructured, and stay the same while the status changes', async () => {
    await using app = await startApp();
    const seen = new Set<unknown>();
    let reply: Promise<string> | undefined;
    function Asking(): ReactElement {
      const { send, request, status } = useSocket();
      seen.add(send).add(request);
      return <button onClick={() => void (reply = request('time'))}>{status.name}</button>;
    }
    const { getByRole } = app.mount(<Asking />);
    act(() => getByRole('button').click());
    await app.arrive();
    await expect(reply).resolves.toBe('12:00');
    app.network.cut();
    await app.arrive();
    expect(getByRole('button').textContent).toBe('reconnecting');
    expect(seen.size).toBe(2);
  });

  it('says what to do where no provider is above', () => {
    vi.spyOn(console, 'error').mockImplementation(() => {});
    expect(() => render(<Socket />)).toThrow(/no client: put its <SocketProvider client={client}>/);
  });

  it('keeps two sets of hooks apart, each with a client of its own', async () => {
    await using here = await startApp();
    await using there = await startApp();
    const other = createSocketHooks<Channels>();
    function Both(): ReactElement {
      return (
        <p>
          {useLatest('output')} {other.useLatest('output')}
        </p>
      );
    }
    const { container } = render(
      <SocketProvider client={here.client}>
        <other.SocketProvider client={there.client}>
          <Both />
        </other.SocketProvider>
      </SocketProvider>,
    );
    here.sockets.sendToAll('output', 'here');
    there.sockets.sendToAll('output', 'there');
    await here.arrive();
    await there.arrive();
    expect(container.textContent).toBe('here there');
  });

  it('stands beside the same hooks for those who pass the client', async () => {
    await using app = await startApp();
    function Alone(): ReactNode {
      return useLatestOf(app.client, 'output');
    }
    const { container } = render(<Alone />);
    app.sockets.sendToAll('output', 'hi');
    await app.arrive();
    expect(container.textContent).toBe('hi');
  });

  it('follows a provider to another client', async () => {
    await using first = await startApp();
    await using second = await startApp();
    function Output(): ReactNode {
      return useLatest('output');
    }
    const page = (client: typeof first.client): ReactElement => (
      <SocketProvider client={client} children={<Output />} />
    );
    const { container, rerender } = render(page(first.client));
    first.sockets.sendToAll('output', 'first');
    await first.arrive();
    rerender(page(second.client));
    expect(container.textContent).toBe('');
    first.sockets.sendToAll('output', 'first again');
    second.sockets.sendToAll('output', 'second');
    await first.arrive();
    await second.arrive();
    expect(container.textContent).toBe('second');
  });
});
